import type { AuditEntry } from '../domain/audit.ts'
import { cleanText } from '../domain/hostile-text.ts'
import { type Text, time, words } from './card.ts'

/** More would not be read in a chat; the audit's export has all of it. */
const most = 30

/** Of no news to a person. */
const inner: ReadonlySet<string> = new Set(['claim', 'wait'])

/** What has happened to a request, one line each, oldest first; where there is too much, the newest. */
export function historyLines(entries: readonly AuditEntry[]): readonly Text[] {
  const told = entries.filter(
    ({ event, what }) => !inner.has(event) && !(event === 'step' && what?.includes(' running') === true),
  )
  return told.slice(-most).map(({ at, event, by, surface, what, state }) => {
    const who = by === undefined ? '' : ` by ${cleanText(by.name, 80)}${surface === undefined ? '' : ` from ${surface}`}`
    const detail = what === undefined ? '' : `: ${cleanText(what, 200)}`
    return words`${time(at)}  ${event}${who}${detail} · ${state}`
  })
}
