import { type Person, samePerson } from '../../domain/person.ts'
import { isApprover, policyFor } from '../../domain/policy.ts'
import { needsReview, type Request } from '../../domain/request.ts'
import { historyLines } from '../cards/request/history-lines.ts'
import { doneAndNotDone } from '../cards/request/progress-lines.ts'
import { requestCard } from '../cards/request/request-card.ts'
import { statusOf, titleOf } from '../cards/subject.ts'
import { type Card, command, mention, say, strong, type Text, time, words } from '../chat/card.ts'
import { type Desk, declining, groupsOf, membershipUnknown, wake } from './desk.ts'

/** More would not be read in a chat. */
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

/** The request as it is, and everything that has happened to it. */
export async function showRequest({ ledger, audit, availabilityOf }: Desk, id: string): Promise<Card> {
  const [request, entries] = await Promise.all([ledger.get(id), audit.of(id)])
  if (request === undefined) return unknown(id)
  const card = requestCard(request, { decides: false, availability: await availabilityOf(request) })
  const lines = historyLines(entries)
  if (lines.length === 0) return card
  return { ...card, parts: [...card.parts, { kind: 'text', text: [strong('History')] }, { kind: 'lines', lines }] }
}

/** Decided from the ledger: whoever asked for it may end it, and whoever may approve it, or will be asked to. */
export async function cancelRequest(desk: Desk, by: Person, id: string): Promise<Card> {
  const request = await desk.ledger.get(id)
  if (request === undefined) return unknown(id)
  const own = samePerson(request.asked.by, by)
  const approvers = request.approval ?? policyFor(desk.policies, request.action, request.asked.network)
  const groups = own ? [] : await groupsOf(desk, by, approvers)
  if (groups === undefined) return membershipUnknown(desk, request)
  if (!own && !isApprover(approvers, by, groups))
    return declining(
      desk,
      'may-not-cancel',
      say(words`Only ${mention(request.asked.by)}, who asked for ${id}, and its approvers can cancel it.`, statusOf(request)),
    )
  const { request: now, changed } = await desk.ledger.record(id, { type: 'cancel', by, surface: desk.surface, at: desk.now() })
  if (changed) {
    await wake(desk, desk.producer.show({ kind: 'request', id }))
    if (now.state === 'applying')
      return say(words`${strong(id)} stops before its next step. Its message then says what was done.`, statusOf(now))
    return say(words`You cancelled ${strong(id)}. ${doneAndNotDone(now)}`, statusOf(now))
  }
  if (now.stopping !== undefined && now.state === 'applying')
    return say(words`${id} is being stopped already, by ${mention(now.stopping.by)}.`, statusOf(now))
  return declining(desk, 'nothing-to-decide', say(words`${id} has ended already: nothing to cancel.`, statusOf(now)))
}

function unknown(id: string): Card {
  return say(words`I do not know a request ${id}. To see yours: ${command('requests mine')}`)
}
