import { type Person, samePerson } from '../../../domain/person.ts'
import { isInvolved, type Request } from '../../../domain/request.ts'
import type { Absence } from '../../chat/surface.ts'

/** Which approvers can still act, as the chats say. */
export interface ApproverAvailability {
  /** By key, approvers who cannot act: their account is deactivated, or they have none. */
  readonly away: ReadonlyMap<string, Absence>
  /** The members of the policy's groups; absent while a chat does not say. */
  readonly members?: readonly Person[]
}

/** Nobody is away, and no groups were asked about. */
export const everyoneAvailable: ApproverAvailability = { away: new Map() }

/** The field, stored with a request's messages, that holds `availabilityMark` of what they show. */
export const availabilityField = 'approvers'

/** What a message shows of the approvers, as a short text: the message is updated when this changes. */
export function availabilityMark(request: Request, availability: ApproverAvailability): string {
  const gone = (request.approval?.approvers ?? []).flatMap(({ key }) => {
    const absence = availability.away.get(key)
    return absence === undefined ? [] : [`${key} ${absence}`]
  })
  return [...gone, isQuorumImpossible(request, availability) ? 'too few' : 'enough'].join(', ')
}

/** Who can still approve: approvers and known members who did not ask, have not voted, and are not away. */
export function stillAble(
  { approval, asked, votes = [] }: Request,
  { away, members = [] }: ApproverAvailability,
): readonly Person[] {
  const out = [asked, ...votes].map(({ by }) => by)
  const able = [...(approval?.approvers ?? []), ...members].filter(
    (person) => !away.has(person.key) && !out.some((other) => samePerson(other, person)),
  )
  return able.filter((person, index) => able.findIndex((other) => samePerson(other, person)) === index)
}

/** Whether too few are left for the approvals that are missing. False while a chat does not say who is in a group. */
export function isQuorumImpossible(request: Request, availability: ApproverAvailability): boolean {
  const { approval, votes = [] } = request
  if (approval === undefined || (approval.groups.length > 0 && availability.members === undefined)) return false
  const approved = votes.filter(({ kind }) => kind === 'approved').length
  return approved + stillAble(request, availability).length < approval.needed
}

/** Whether nobody is left who could review the request. False while a chat does not say who is in a group. */
export function isReviewImpossible(request: Request, { away, members }: ApproverAvailability): boolean {
  const { approvers = [], groups = [] } = request.approval ?? {}
  if (groups.length > 0 && members === undefined) return false
  return [...approvers, ...(members ?? [])].every((person) => away.has(person.key) || isInvolved(request, person))
}
