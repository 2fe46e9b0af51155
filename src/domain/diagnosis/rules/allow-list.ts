import { type Admission, admissionOf, refusedAtEndpoint } from '../admission-facts.ts'
import { endpointAddress, isAsleep, isBlind } from '../control-facts.ts'
import type { ControlPlane, Evidence } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { isSeenDirectly, nameIsRefused, resetsBeforeHello, seenAddress } from '../port-facts.ts'
import { byAllow, counted, listed, serviceName, shown, thenDiagnose } from './words.ts'

const others = ({ allowList = [], asOf }: Pick<ControlPlane, 'allowList' | 'asOf'>) => {
  const count = allowList.length === 0 ? 'the list is empty' : counted(allowList.length, 'other entry', 'other entries')
  return asOf === undefined ? count : `${count}, as read at ${shown(asOf.slice(11, 16))} UTC`
}

function placeOf(evidence: Evidence): string {
  if (isSeenDirectly(evidence)) return 'At the endpoint itself, the'
  if (endpointAddress(evidence) !== undefined) return 'DNS leads to the endpoint, its'
  return `DNS leads to ${shown(seenAddress(evidence))}, taken for the endpoint's address, which Azure does not show. The`
}

function seen(evidence: Evidence): string {
  if (isBlind(evidence)) return 'The connection is Approved, but nothing could be seen from inside the network.'
  const ports = refusedAtEndpoint(evidence)
  if (ports.length === 0)
    return 'The connection is Approved, but nothing opens at the endpoint, so whether the service admits it was not seen.'
  const early = resetsBeforeHello(evidence).length > 0
  const what = early ? 'and it is reset as soon as it opens' : 'TCP opens, then the service resets TLS'
  const byName = nameIsRefused(evidence) ? ' A hello for another name is answered there.' : ''
  return `${placeOf(evidence)} connection is Approved, ${what} on ${listed(ports)}.${byName}`
}

/** What remains besides the lists. A reset before the hello may have a second cause, which shows only when the lists are right. */
function onlyTheLists(evidence: Evidence): string {
  if (refusedAtEndpoint(evidence).length === 0) return ''
  if (resetsBeforeHello(evidence).length > 0) return ' If it stays when that is mended, an appliance on the way resets it.'
  return isSeenDirectly(evidence) ? '' : ' DNS, address and network are right: only the lists of ClickHouse Cloud are wrong.'
}

/** What the lists say of the endpoint. Undefined where it was refused and the lists are of before: they may have changed since. */
function provenAdmission(evidence: Evidence): Admission | undefined {
  const isOld = evidence.controlPlane?.asOf !== undefined && refusedAtEndpoint(evidence).length > 0
  return isOld ? undefined : admissionOf(evidence)
}

/** A reset on connect that the lists explain has no appliance as its cause. */
const hides = ['network-reset-on-connect'] as const

/** In the order of repair: an id that the organization does not have has no effect on a service's list. */
export const allowListRules: readonly Rule[] = [
  {
    code: 'organization-entry-missing',
    severity: 'fail',
    title: 'the organization does not know the endpoint',
    hides,
    when: (evidence) => provenAdmission(evidence)?.registered === false,
    say: (evidence) =>
      `${seen(evidence)} Neither the endpoint's GUID nor its Resource ID is among the organization's private endpoints.${onlyTheLists(evidence)}`,
    remedy: (evidence) => byAllow(evidence, 'Register the endpoint with the organization, then with the service.'),
  },
  {
    code: 'allow-list-wrong-id',
    severity: 'fail',
    title: "the service's allow list holds a wrong id",
    hides,
    when: (evidence) => {
      const admission = provenAdmission(evidence)
      return admission?.listed === false && admission.unknownEntries.length > 0
    },
    say: (evidence) => {
      const { length } = admissionOf(evidence)?.unknownEntries ?? []
      return `${seen(evidence)} Neither the endpoint's GUID nor its Resource ID is in the list; it holds ${counted(length, 'id', 'ids')} that the organization or the known networks do not have: an old GUID or another endpoint's id. The evidence names it.${onlyTheLists(evidence)}`
    },
    remedy: (evidence) =>
      byAllow(
        evidence,
        'Allow the right id; then remove from the list the ids that the evidence shows without a known endpoint, unless another network uses them.',
      ),
  },
  {
    code: 'allow-list-missing',
    severity: 'fail',
    title: "the endpoint is not on the service's allow list",
    hides,
    when: (evidence) => {
      const admission = provenAdmission(evidence)
      return admission?.listed === false && admission.unknownEntries.length === 0
    },
    say: (evidence) =>
      `${seen(evidence)} Neither the endpoint's GUID nor its Resource ID is in the list (${others(evidence.controlPlane ?? {})}).${onlyTheLists(evidence)}`,
    remedy: (evidence) => byAllow(evidence, `Put the endpoint on the allow list of ${serviceName(evidence)}.`),
  },
  {
    code: 'allow-list-not-effective',
    severity: 'fail',
    title: 'the endpoint is on the allow list and still refused',
    when: (evidence) => {
      const admission = provenAdmission(evidence)
      const refused = refusedAtEndpoint(evidence).length > 0
      return refused && admission?.listed === true && admission.registered !== false
    },
    say: (evidence) => {
      const { organizationIds } = evidence.controlPlane ?? {}
      const unknown = organizationIds === undefined ? ' Whether the organization knows it could not be read.' : ''
      const asleep = isAsleep(evidence) ? ' The service is asleep besides, and one that sleeps may refuse as well.' : ''
      return `${seen(evidence)} The endpoint is on the allow list of ${serviceName(evidence)}; the change may not have taken effect yet, or an appliance on the way resets TLS.${unknown}${asleep}`
    },
    remedy: (evidence) => {
      const { requestId } = evidence.controlPlane ?? {}
      const call =
        requestId === undefined ? 'the requestId of the change' : `requestId ${shown(requestId)}, which shows it listed,`
      const first = isAsleep(evidence) ? 'Wake the service, or run it again' : 'Run it again'
      return thenDiagnose(
        evidence,
        `${first} in a few minutes; if it stays, look for an appliance on the way, and send ${call} to ClickHouse support.`,
      )
    },
  },
]
