import { type Person, samePerson } from '../../domain/person.ts'
import { isApprover, policyFor } from '../../domain/policy.ts'
import { doneAndNotDone } from '../cards/request/progress-lines.ts'
import { statusOf } from '../cards/subject.ts'
import { type Card, mention, say, strong, words } from '../chat/card.ts'
import { type Desk, declining, groupsOf, membershipUnknown, wake } from './desk.ts'
import { unknownRequest } from './not-understood.ts'

/** Cancels a request. The person who asked for it may do so, and its approvers; before there is a plan, those of the policy. */
export async function cancelRequest(desk: Desk, by: Person, id: string): Promise<Card> {
  const request = await desk.ledger.get(id)
  if (request === undefined) return unknownRequest(id)
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
