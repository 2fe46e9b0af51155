import { connectionOf, endpointAddress, isBlind, names, unknownEntries } from './control-facts.ts'
import type { Evidence, Port } from './evidence.ts'
import { connectFailure, isSeenDirectly, ports, refusals, seenAddress } from './port-facts.ts'

/** Whether the ports were seen at the endpoint. While its address is unknown, the address that DNS leads to counts as the endpoint's. */
function isAtEndpoint(evidence: Evidence): boolean {
  const own = endpointAddress(evidence)
  return isSeenDirectly(evidence) || own === undefined || seenAddress(evidence) === own
}

/** Ports on which the service refused the endpoint; empty when the ports were seen at another address. */
export function refusedAtEndpoint(evidence: Evidence): readonly Port[] {
  return isAtEndpoint(evidence) ? refusals(evidence) : []
}

export interface Admission {
  readonly listed: boolean
  /** Undefined when the organization's entries are unknown. */
  readonly registered: boolean | undefined
  /** Entries of the allow list that belong to no known endpoint. */
  readonly unknownEntries: readonly string[]
}

/** Whether TCP failed on every port at the endpoint, so that whether the service admits it could not be seen. */
function isCutOff(evidence: Evidence): boolean {
  return isAtEndpoint(evidence) && ports.every((port) => connectFailure(evidence, port) !== undefined)
}

/**
 * Whether the lists hold an endpoint that was refused, or whose admission could not be seen. Undefined when the lists are unknown or cannot be the cause: a
 * missing entry beside a working connection is no fault.
 */
export function admissionOf(evidence: Evidence): Admission | undefined {
  const { endpoint, allowList, organizationIds } = evidence.controlPlane ?? {}
  const suspected = isBlind(evidence) || isCutOff(evidence) || refusedAtEndpoint(evidence).length > 0
  if (allowList === undefined || endpoint === undefined || connectionOf(evidence) !== 'approved' || !suspected) return undefined
  return {
    listed: names(allowList, endpoint),
    registered: organizationIds && names(organizationIds, endpoint),
    unknownEntries: unknownEntries(evidence),
  }
}
