import { azureDnsOf, contradiction, isRemembered, kindOf, resolverOf } from '../dns-facts.ts'
import type { Evidence } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { bySetup, listed, shown } from './words.ts'

/** Where Azure says so: its DNS, or the record that it shows. */
function azure(evidence: Evidence): string {
  const answer = azureDnsOf(evidence)
  return answer === undefined || kindOf(answer) === 'failed' ? 'the record in Azure' : `Azure DNS (${shown(answer.server)})`
}

const forNow = (evidence: Evidence) => `${shown(resolverOf(evidence)?.server)} leads to the right address for now`

/** What becomes of it: a memory ends, and what a server has of its own leads only those who ask it. */
function fate(evidence: Evidence): string {
  const remembered = isRemembered(evidence)
  if (remembered === false) return 'The resolver says so of its own: whoever asks Azure is led elsewhere.'
  const when = remembered === true ? 'When its memory ends' : 'If it says so from memory, and that ends'
  return `${when}, so does the connection.`
}

/** It works, and only because the network's resolver does not say what Azure does: from its memory, or of its own. */
export const contradictionRules: readonly Rule[] = [
  {
    code: 'dns-record-stale',
    severity: 'warn',
    title: 'the DNS record leads to another address than the resolver says',
    when: (evidence) => (contradiction(evidence) ?? []).length > 0,
    say: (evidence) =>
      `${forNow(evidence)}, but ${azure(evidence)} says ${listed(contradiction(evidence) ?? [])}. ${fate(evidence)}`,
    remedy: (evidence) => bySetup(evidence, "Point the record at the endpoint's address."),
  },
  {
    code: 'dns-record-absent',
    severity: 'warn',
    title: 'the private DNS zone has no record for the name that the resolver knows',
    when: (evidence) => contradiction(evidence)?.length === 0,
    say: (evidence) => `${forNow(evidence)}, but ${azure(evidence)} has no address for it. ${fate(evidence)}`,
    remedy: (evidence) => bySetup(evidence, "Create the record with the endpoint's address."),
  },
]
