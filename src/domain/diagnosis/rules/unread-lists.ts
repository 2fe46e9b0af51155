import { admissionOf, refusedAtEndpoint } from '../admission-facts.ts'
import type { Evidence, Port } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { nameIsRefused, resetsBeforeHello, seenAddress } from '../port-facts.ts'
import { listsAreKnown, refusalCauses, remaining } from './remaining.ts'
import { byAllow, listed, serviceName, shown, thenDiagnose } from './words.ts'

/** Ports that were reset after the hello, while the lists that would explain it are unknown. A service does so to an endpoint that it does not admit. */
export function resetsWithoutLists(evidence: Evidence): readonly Port[] {
  if (listsAreKnown(evidence)) return []
  const early = resetsBeforeHello(evidence)
  return refusedAtEndpoint(evidence).filter((port) => !early.includes(port))
}

/** Whether the lists of before, which were read in place of the newest, hold the endpoint. */
const wasListed = (evidence: Evidence) => evidence.controlPlane?.asOf !== undefined && admissionOf(evidence)?.listed === true

const isRefusedWhereListed = (evidence: Evidence) => resetsWithoutLists(evidence).length > 0 && wasListed(evidence)

function sayRefused(evidence: Evidence): string {
  const at = shown(evidence.controlPlane?.asOf?.slice(11, 16))
  return `TCP opens at ${shown(seenAddress(evidence))}, then the service resets TLS on ${listed(resetsWithoutLists(evidence))}. The last allow list that was read, of ${at} UTC, holds the endpoint, and ClickHouse Cloud has not returned the newest one yet: the endpoint may have been taken off since, or a change may not have taken effect, or an appliance on the way resets TLS.`
}

/** What a reset after the hello says where the lists of ClickHouse Cloud were not read. */
export const unreadListRules: readonly Rule[] = [
  {
    code: 'allow-list-missing',
    severity: 'fail',
    title: "the endpoint is most likely not on the service's allow list",
    when: (evidence) => resetsWithoutLists(evidence).length > 0 && !wasListed(evidence),
    say: (evidence) => {
      const byName = nameIsRefused(evidence) ? ' A hello for another name is answered: only this name is refused.' : ''
      const seen = `TCP opens at ${shown(seenAddress(evidence))}, then the connection is reset after the hello on ${listed(resetsWithoutLists(evidence))}, as the service does to an endpoint that is not on its allow list.`
      return `${seen}${byName}${remaining(evidence, refusalCauses(evidence), 'an appliance on the way resets TLS')}`
    },
    remedy: (evidence) =>
      byAllow(evidence, `Put the endpoint on the allow list of ${serviceName(evidence)}, if it is not there yet.`),
  },
  {
    code: 'control-plane-unknown',
    severity: 'fail',
    title: 'the endpoint is refused; whether it is listed is being read',
    when: (evidence) => isRefusedWhereListed(evidence) && evidence.listsFollow === true,
    say: sayRefused,
    remedy: (evidence) => thenDiagnose(evidence, 'Wait a few seconds: this is updated when the newest list has been read.'),
  },
  {
    code: 'control-plane-unknown',
    severity: 'fail',
    title: 'the endpoint is refused; whether it is still listed could not be read',
    when: (evidence) => isRefusedWhereListed(evidence) && evidence.listsFollow === undefined,
    say: sayRefused,
    remedy: (evidence) => thenDiagnose(evidence, 'Run it again in ten seconds: the list as it is then shows which.'),
  },
]
