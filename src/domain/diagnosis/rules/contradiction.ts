import { azureDnsOf, contradiction, isCached, kindOf, resolverOf } from '../dns-facts.ts'
import type { Evidence } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { bySetup, listed, shown } from './words.ts'

/** The source of Azure's addresses: its DNS, or the record in the zone. */
function azure(evidence: Evidence): string {
  const answer = azureDnsOf(evidence)
  return answer === undefined || kindOf(answer) === 'failed' ? 'the record in Azure' : `Azure DNS (${shown(answer.server)})`
}

const forNow = (evidence: Evidence) => `${shown(resolverOf(evidence)?.server)} leads to the right address for now`

/** What happens later: a cached answer expires, and a record of the resolver's own serves only those who ask that resolver. */
function consequence(evidence: Evidence): string {
  const cached = isCached(evidence)
  if (cached === false) return 'The resolver has a record of its own: clients that ask Azure get another answer.'
  const when = cached === true ? 'When its memory ends' : 'If it says so from memory, and that ends'
  return `${when}, so does the connection.`
}

/** Warnings about a connection that works only because the network's resolver answers otherwise than Azure. */
export const contradictionRules: readonly Rule[] = [
  {
    code: 'dns-record-stale',
    severity: 'warn',
    title: 'the DNS record leads to another address than the resolver says',
    when: (evidence) => (contradiction(evidence) ?? []).length > 0,
    say: (evidence) =>
      `${forNow(evidence)}, but ${azure(evidence)} says ${listed(contradiction(evidence) ?? [])}. ${consequence(evidence)}`,
    remedy: (evidence) => bySetup(evidence, "Point the record at the endpoint's address."),
  },
  {
    code: 'dns-record-absent',
    severity: 'warn',
    title: 'the private DNS zone has no record for the name that the resolver knows',
    when: (evidence) => contradiction(evidence)?.length === 0,
    say: (evidence) => `${forNow(evidence)}, but ${azure(evidence)} has no address for it. ${consequence(evidence)}`,
    remedy: (evidence) => bySetup(evidence, "Create the record with the endpoint's address."),
  },
]
