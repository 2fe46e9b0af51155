import type { Person } from '../../domain/person.ts'
import { withReviewers } from '../../domain/policy.ts'
import { needsReview, type Request } from '../../domain/request.ts'
import { historyLines } from '../cards/request/history-lines.ts'
import { requestCard } from '../cards/request/request-card.ts'
import { statusOf, titleOf } from '../cards/subject.ts'
import { type Card, command, mention, say, strong, type Text, time, words } from '../chat/card.ts'
import type { Desk } from './desk.ts'
import { unknownRequest } from './not-understood.ts'

/** How many requests a list shows. */
const listed = 20

/** The newest requests, one line each. */
export async function listRequests(desk: Desk, by: Person, which: 'mine' | 'open' | 'all'): Promise<Card> {
  const found =
    which === 'open' ? await openNewestFirst(desk) : await desk.ledger.newest(listed, which === 'mine' ? by.key : undefined)
  const title = { mine: 'Your requests', open: 'Open requests', all: 'All requests' }[which]
  if (found.length === 0) return say(words`${title}: none. To ask for something: ${command('help')}`)
  const lines = found
    .slice(0, listed)
    .map(
      (request) =>
        words`${strong(statusOf(request))}  ${titleOf(request)}, asked by ${mention(request.asked.by)} ${time(request.asked.at)}${needsReview(request) ? ', needs a review' : ''}`,
    )
  const more: Text[] = found.length >= listed ? [`The newest ${listed}.`] : []
  return {
    summary: `${title}: ${found.length}`,
    parts: [{ kind: 'title', text: title }, { kind: 'lines', lines }, ...more.map((text) => ({ kind: 'note', text }) as const)],
  }
}

async function openNewestFirst({ ledger }: Desk): Promise<readonly Request[]> {
  return [...(await ledger.open())].sort((a, b) => Date.parse(b.asked.at) - Date.parse(a.asked.at))
}

/** The request's card, and its history below it. */
export async function showRequest({ ledger, audit, availabilityOf, policies }: Desk, id: string): Promise<Card> {
  const [found, entries] = await Promise.all([ledger.get(id), audit.of(id)])
  if (found === undefined) return unknownRequest(id)
  const request = withReviewers(found, policies)
  const card = requestCard(request, { decides: false, availability: await availabilityOf(request) })
  const isCut = entries[0]?.event !== 'created'
  const lines = [...(isCut ? ['Earlier entries are in the audit’s archive.'] : []), ...historyLines(entries)]
  if (lines.length === 0) return card
  return { ...card, parts: [...card.parts, { kind: 'text', text: [strong('History')] }, { kind: 'lines', lines }] }
}
