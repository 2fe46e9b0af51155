import { isApprover, withReviewers } from '../../domain/policy.ts'
import { isInvolved, needsReview, type Request } from '../../domain/request.ts'
import { reviewersText } from '../cards/request/approvers-text.ts'
import { statusOf } from '../cards/subject.ts'
import { type Card, mention, type RequestVerb, say, strong, words } from '../chat/card.ts'
import type { Click } from '../chat/surface.ts'
import { type Desk, declining, groupsOf, membershipUnknown, wake } from './desk.ts'

/** Records that an approver, who is neither the one who ran it nor the one who asked, has reviewed what ran without an approval. */
export async function review(desk: Desk, { by, id }: Click<RequestVerb>, clicked: Request): Promise<Card> {
  const before = withReviewers(clicked, desk.policies)
  if (before.review !== undefined) {
    return say(words`${mention(before.review.by)} has reviewed ${id} already.`, statusOf(before))
  }
  if (!needsReview(before)) return declining(desk, 'nothing-to-decide', say(words`${id} needs no review.`, statusOf(before)))
  if (isInvolved(before, by))
    return declining(
      desk,
      'own-request',
      say(words`Someone else has to review ${id}: ${reviewersText(before)}.`, statusOf(before)),
    )
  const groups = await groupsOf(desk, by, before.approval)
  if (groups === undefined) return membershipUnknown(desk, before)
  if (!isApprover(before.approval, by, groups))
    return declining(
      desk,
      'not-an-approver',
      say(words`You are not among the approvers of ${id}, who review it: ${reviewersText(before)}.`, statusOf(before)),
    )
  const { request, changed } = await desk.ledger.record(id, { type: 'review', by, surface: desk.surface, at: desk.now() })
  if (!changed) return say(words`${id} is still running. Review it when it has ended.`, statusOf(request))
  await wake(desk, desk.producer.show({ kind: 'request', id }))
  return say(words`You reviewed ${strong(id)}. Its message says so.`, statusOf(request))
}
