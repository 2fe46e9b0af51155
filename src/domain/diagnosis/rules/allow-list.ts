import { connectionOf, endpointAddress, isBlind, names, unknownEntries } from '../control-facts.ts'
import type { ControlPlane, Evidence, Port } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { isSeenDirectly, refusedHellos, seenAddress } from '../port-facts.ts'
import { byAllow, listed, serviceName, shown, thenDiagnose } from './words.ts'

/** While nobody knows the endpoint's address, the one that DNS leads to counts as its own. */
function isAtEndpoint(evidence: Evidence): boolean {
  const own = endpointAddress(evidence)
  return isSeenDirectly(evidence) || own === undefined || seenAddress(evidence) === own
}

/** Ports on which the service refused the endpoint: seen where the name leads if that is the endpoint, else at its own address. */
function refusedAtEndpoint(evidence: Evidence): readonly Port[] {
  return isAtEndpoint(evidence) ? refusedHellos(evidence) : []
}

/**
 * What may be missing for a service that refuses the endpoint. Only where that was seen, or where nothing could be seen: a reset alone proves
 * nothing, and an entry missing beside a working connection is no fault. Undefined when the allow list cannot be the reason.
 */
function gaps(evidence: Evidence) {
  const { controlPlane } = evidence
  const endpoint = controlPlane?.endpoint
  const suspected = isBlind(evidence) || refusedAtEndpoint(evidence).length > 0
  const allowList = controlPlane?.allowList
  if (allowList === undefined || endpoint === undefined || connectionOf(evidence) !== 'approved' || !suspected) return undefined
  return {
    service: !names(allowList, endpoint),
    organization: controlPlane?.organizationIds !== undefined && !names(controlPlane.organizationIds, endpoint),
    strangers: unknownEntries({ ...controlPlane, allowList }),
  }
}

const others = ({ allowList = [], asOf }: Pick<ControlPlane, 'allowList' | 'asOf'>) => {
  const count =
    allowList.length === 0 ? 'the list is empty' : `${allowList.length} other ${allowList.length === 1 ? 'entry' : 'entries'}`
  return asOf === undefined ? count : `${count}, as read at ${shown(asOf.slice(11, 16))} UTC`
}

function placeOf(evidence: Evidence): string {
  if (isSeenDirectly(evidence)) return 'At the endpoint itself, the'
  if (endpointAddress(evidence) !== undefined) return 'DNS leads to the endpoint, its'
  return `DNS leads to ${shown(seenAddress(evidence))}, taken for the endpoint's address, which Azure does not show. The`
}

const seen = (evidence: Evidence) =>
  isBlind(evidence)
    ? 'The connection is Approved, but nothing could be seen from inside the network.'
    : `${placeOf(evidence)} connection is Approved, TCP opens, then the service resets TLS on ${listed(refusedAtEndpoint(evidence))}.`

export const allowListRules: readonly Rule[] = [
  {
    code: 'allow-list-wrong-id',
    severity: 'fail',
    title: "the service's allow list holds a wrong id",
    when: (evidence) => {
      const missing = gaps(evidence)
      return missing?.service === true && missing.strangers.length > 0
    },
    say: (evidence) => {
      const strangers = gaps(evidence)?.strangers ?? []
      return `${seen(evidence)} Neither the endpoint's GUID nor its Resource ID is in the list; it holds ${listed(strangers)}, which the organization does not know: an old GUID or another endpoint's id.`
    },
    remedy: (evidence) =>
      byAllow(evidence, `Allow the right id, then take ${listed(gaps(evidence)?.strangers ?? [])} off the list.`),
  },
  {
    code: 'allow-list-missing',
    severity: 'fail',
    title: "the endpoint is not on the service's allow list",
    when: (evidence) => {
      const missing = gaps(evidence)
      return missing?.service === true && missing.strangers.length === 0
    },
    say: (evidence) =>
      `${seen(evidence)} Neither the endpoint's GUID nor its Resource ID is in the list (${others(evidence.controlPlane ?? {})}).`,
    remedy: (evidence) => byAllow(evidence, `Put the endpoint on the allow list of ${serviceName(evidence)}.`),
  },
  {
    code: 'organization-entry-missing',
    severity: 'fail',
    title: 'the organization does not know the endpoint',
    when: (evidence) => gaps(evidence)?.organization === true,
    say: (evidence) =>
      `${seen(evidence)} Neither the endpoint's GUID nor its Resource ID is among the organization's private endpoints.`,
    remedy: (evidence) => byAllow(evidence, 'Register the endpoint with the organization, then with the service.'),
  },
  {
    code: 'allow-list-not-effective',
    severity: 'fail',
    title: 'the endpoint is on the allow list and still refused',
    when: (evidence) => {
      const missing = gaps(evidence)
      return missing !== undefined && !missing.service && !missing.organization && !isBlind(evidence)
    },
    say: (evidence) =>
      `${seen(evidence)} The endpoint is on the allow list of ${serviceName(evidence)}; the change may still be on its way.${evidence.controlPlane?.organizationIds === undefined ? ' Whether the organization knows it could not be read.' : ''}`,
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        'Run it again in a few minutes; if it stays, send the requestId of the change to ClickHouse support.',
      ),
  },
]
