import { refusedAtEndpoint } from '../admission-facts.ts'
import type { Evidence, Port } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { nameIsRefused, resetsBeforeHello, seenAddress } from '../port-facts.ts'
import { listsAreKnown, refusalCauses, remaining } from './remaining.ts'
import { byAllow, listed, serviceName, shown } from './words.ts'

/** Ports that were reset after the hello, while the lists that would explain it are unknown. A service does so to an endpoint that it does not admit. */
export function resetsWithoutLists(evidence: Evidence): readonly Port[] {
  if (listsAreKnown(evidence)) return []
  const early = resetsBeforeHello(evidence)
  return refusedAtEndpoint(evidence).filter((port) => !early.includes(port))
}

/** What a reset after the hello says where the lists of ClickHouse Cloud were not read. */
export const unreadListRules: readonly Rule[] = [
  {
    code: 'allow-list-missing',
    severity: 'fail',
    title: "the endpoint is most likely not on the service's allow list",
    when: (evidence) => resetsWithoutLists(evidence).length > 0,
    say: (evidence) => {
      const byName = nameIsRefused(evidence) ? ' A hello for another name is answered: only this name is refused.' : ''
      const seen = `TCP opens at ${shown(seenAddress(evidence))}, then the connection is reset after the hello on ${listed(resetsWithoutLists(evidence))}, as the service does to an endpoint that is not on its allow list.`
      return `${seen}${byName}${remaining(evidence, refusalCauses(evidence), 'an appliance on the way resets TLS')}`
    },
    remedy: (evidence) =>
      byAllow(evidence, `Put the endpoint on the allow list of ${serviceName(evidence)}, if it is not there yet.`),
  },
]
