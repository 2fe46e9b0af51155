import type { AuditEntry } from '../../../domain/audit.ts'
import { cleanText } from '../../../domain/hostile-text.ts'
import { type Text, time, words } from '../../chat/card.ts'

/** How many entries fit below a request's card; the audit's export has all of them. */
const most = 20

/** How many ids of calls one line names. */
const mostIds = 2

/** Events of the bookkeeping between workers, which are not shown. */
const hidden: ReadonlySet<string> = new Set(['claim', 'wait', 'pause', 'list'])

/** The newest entries of a request's audit, one line each, oldest first. */
export function historyLines(entries: readonly AuditEntry[]): readonly Text[] {
  const told = entries.filter(({ event, stepState }) => !hidden.has(event) && stepState !== 'running')
  const earlier = told.length - most
  const lines = told.slice(-most).map(({ at, event, by, surface, what, vendorRequestIds = [], state }) => {
    const who = by === undefined ? '' : ` by ${cleanText(by.name, 80)}${surface === undefined ? '' : ` from ${surface}`}`
    const detail = what === undefined ? '' : `: ${cleanText(what, 200)}`
    return words`${time(at)}  ${event}${who}${detail}${callsText(vendorRequestIds)} · ${state}`
  })
  return earlier <= 0 ? lines : [`${earlier} earlier ones: in the audit’s export.`, ...lines]
}

/** ` (calls 0f3c…, 7a1b… and 3 more)`: the vendors' ids of the calls, which their support asks for. */
function callsText(ids: readonly string[]): string {
  if (ids.length === 0) return ''
  const shown = ids.slice(0, mostIds).map((id) => cleanText(id, 64))
  const more = ids.length > mostIds ? ` and ${ids.length - mostIds} more` : ''
  return ` (${ids.length === 1 ? 'call' : 'calls'} ${shown.join(', ')}${more})`
}
