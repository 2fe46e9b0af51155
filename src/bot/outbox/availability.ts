import { isOpen, needsReview, type Request } from '../../domain/request.ts'
import { type ApproverAvailability, everyoneAvailable } from '../cards/request/approver-availability.ts'
import type { PeopleInAllChats } from '../chat/people-in-all-chats.ts'

/** How many members of groups are asked about, at most. */
const membersAskedFor = 30

/** Which approvers can still act; for messages only. A person about whom no chat answers counts as available. */
export async function availabilityOf(
  people: Pick<PeopleInAllChats, 'away' | 'membersOf'>,
  request: Request,
): Promise<ApproverAvailability> {
  const { state, approval } = request
  const isAwaited = state === 'awaiting-approval' || (!isOpen(request) && needsReview(request))
  if (!isAwaited || approval === undefined) return everyoneAvailable
  const { approvers, groups } = approval
  const members = groups.length === 0 ? [] : await people.membersOf(groups)
  const away = await people.away([...approvers, ...(members ?? []).slice(0, membersAskedFor)])
  return { away, ...(members !== undefined && { members }) }
}
