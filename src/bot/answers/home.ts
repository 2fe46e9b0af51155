import { type Person, samePerson } from '../../domain/person.ts'
import { isApprover, standingOf, withReviewers } from '../../domain/policy.ts'
import { isInvolved, isOpen, needsReview, type Request } from '../../domain/request.ts'
import { everyoneAvailable } from '../cards/request/approver-availability.ts'
import { requestCard } from '../cards/request/request-card.ts'
import { type Card, command, type Text, words } from '../chat/card.ts'
import { type Desk, groupsOf } from './desk.ts'

/** How many requests of each list are shown: more do not fit on a page of Slack. */
const shownAtMost = 8

/** Up to this many requests are shown with their plans; more of them are shown in one line each. */
const shownWholeAtMost = 4

/** A person's own page: the requests that they can decide or review, and the open ones that they asked for. */
export async function homeOf(desk: Desk, by: Person): Promise<readonly Card[]> {
  const open = (await desk.ledger.open()).toSorted((a, b) => Date.parse(a.asked.at) - Date.parse(b.asked.at))
  const waits = await Promise.all(open.map((request) => waitsFor(desk, by, request)))
  const waiting = open.filter((_, index) => waits[index])
  const mine = open.filter((request) => isOpen(request) && samePerson(request.asked.by, by))
  const whole = waiting.length <= shownWholeAtMost
  const decided = waiting.slice(0, shownAtMost).map(async (request) => {
    const availability = whole ? await desk.availabilityOf(request) : everyoneAvailable
    return shown(requestCard(request, { decides: true, availability }), whole)
  })
  return [
    heading('Waits for you', waiting, { none: 'Nothing waits for you.', all: 'requests open' }),
    ...(await Promise.all(decided)),
    heading('Your open requests', mine, { none: words`None. To ask for one: ${command('setup')}`, all: 'requests mine' }),
    ...mine.slice(0, shownAtMost).map((request) => shown(requestCard(request, { decides: false }), false)),
  ]
}

/** The whole card, or its summary with its buttons. */
function shown(card: Card, whole: boolean): Card {
  return whole ? card : { ...card, parts: [{ kind: 'text', text: card.summary }] }
}

interface Words {
  readonly none: Text
  /** The command that shows all of them. */
  readonly all: string
}

function heading(title: string, requests: readonly Request[], { none, all }: Words): Card {
  const more = requests.length - shownAtMost
  const note: Text | undefined =
    requests.length === 0 ? none : more > 0 ? words`${String(more)} more: ${command(all)}` : undefined
  return {
    summary: title,
    parts: [{ kind: 'heading', text: title }, ...(note === undefined ? [] : [{ kind: 'note', text: note } as const])],
  }
}

/** Whether this person can decide or review the request now. */
async function waitsFor(desk: Desk, by: Person, open: Request): Promise<boolean> {
  const request = withReviewers(open, desk.policies)
  const { digest = '' } = request
  const groups = (await groupsOf(desk, by, request.approval)) ?? []
  if (!isOpen(request)) return needsReview(request) && !isInvolved(request, by) && isApprover(request.approval, by, groups)
  return standingOf(request, by, { kind: 'approved', digest, at: desk.now(), groups }) === 'may-decide'
}
