import { type Person, type Place, samePerson, samePlace } from '../../domain/person.ts'
import { isApprover, withReviewers } from '../../domain/policy.ts'
import { needsReview, type Request } from '../../domain/request.ts'
import { requestCard } from '../cards/request/request-card.ts'
import type { Card } from '../chat/card.ts'
import { type Desk, groupsOf } from './desk.ts'

/** A request's message as this person may use it: with the buttons of an approver only for those who are. The click is judged all the same. */
export async function viewOf(desk: Desk, by: Person, id: string, place: Place): Promise<Card | undefined> {
  const request = await desk.ledger.get(id)
  if (request === undefined) return undefined
  const isAskedHere = request.approval?.places.some((each) => samePlace(each, place)) === true
  const decides = isAskedHere && (await mayAct(desk, by, request))
  const card = requestCard(request, { decides, availability: await desk.availabilityOf(request) })
  return isAskedHere ? { ...card, readers: { kind: 'request', id } } : card
}

/** While the chat does not say who is in a group, everybody sees the buttons. */
async function mayAct(desk: Desk, by: Person, request: Request): Promise<boolean> {
  const { approval, asked } = withReviewers(request, desk.policies)
  if (approval?.breakGlass.some((person) => samePerson(person, by)) === true) return true
  if (samePerson(asked.by, by)) return false
  if (request.state !== 'awaiting-approval' && !needsReview(request)) return false
  const groups = await groupsOf(desk, by, approval)
  return groups === undefined || isApprover(approval, by, groups)
}
