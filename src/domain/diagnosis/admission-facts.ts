import { connectionOf, endpointAddress, isBlind, names, strangers } from './control-facts.ts'
import type { Evidence, Port } from './evidence.ts'
import { connectFailure, isSeenDirectly, ports, refusals, seenAddress } from './port-facts.ts'

/** While nobody knows the endpoint's address, the one that DNS leads to counts as its own. */
function isAtEndpoint(evidence: Evidence): boolean {
  const own = endpointAddress(evidence)
  return isSeenDirectly(evidence) || own === undefined || seenAddress(evidence) === own
}

/** Ports on which the endpoint was refused: seen where the name leads if that is the endpoint, else at its own address. */
export function refusedAtEndpoint(evidence: Evidence): readonly Port[] {
  return isAtEndpoint(evidence) ? refusals(evidence) : []
}

export interface Admission {
  readonly listed: boolean
  /** Undefined where nobody knows the organization's entries. */
  readonly registered: boolean | undefined
  /** Entries of the allow list that are nobody's. */
  readonly strangers: readonly string[]
}

/** TCP came about on no port there: whether the service admits the endpoint could not be seen. */
function isCutOff(evidence: Evidence): boolean {
  return isAtEndpoint(evidence) && ports.every((port) => connectFailure(evidence, port) !== undefined)
}

/**
 * What the lists say of an endpoint that was refused, or whose admission could not be seen: a reset alone proves nothing, and an entry missing beside
 * a working connection is no fault. Undefined where the lists cannot be the reason, or are not known.
 */
export function admissionOf(evidence: Evidence): Admission | undefined {
  const { endpoint, allowList, organizationIds } = evidence.controlPlane ?? {}
  const suspected = isBlind(evidence) || isCutOff(evidence) || refusedAtEndpoint(evidence).length > 0
  if (allowList === undefined || endpoint === undefined || connectionOf(evidence) !== 'approved' || !suspected) return undefined
  return {
    listed: names(allowList, endpoint),
    registered: organizationIds && names(organizationIds, endpoint),
    strangers: strangers(evidence),
  }
}
