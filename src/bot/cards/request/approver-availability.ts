import { type Person, samePerson } from '../../../domain/person.ts'
import type { Request } from '../../../domain/request.ts'
import type { Absence } from '../../chat/surface.ts'

/** What the chats say of those who could approve. */
export interface ApproverAvailability {
  /** By key, those who cannot act any more: the account is deactivated, or there is none. */
  readonly away: ReadonlyMap<string, Absence>
  /** Who is in the policy's groups; absent while a chat does not say. */
  readonly members?: readonly Person[]
}

/** Nobody is away, and no groups were asked about. */
export const everyoneAvailable: ApproverAvailability = { away: new Map() }

/** The field, beside a request's messages, that remembers what they say of its approvers. */
export const availabilityField = 'approvers'

/** What a message says of them, in short: while this stays, so may the message. */
export function availabilityMark(request: Request, availability: ApproverAvailability): string {
  const gone = (request.approval?.approvers ?? []).flatMap(({ key }) => {
    const absence = availability.away.get(key)
    return absence === undefined ? [] : [`${key} ${absence}`]
  })
  return [...gone, isQuorumImpossible(request, availability) ? 'too few' : 'enough'].join(', ')
}

/** Everyone who could still approve: neither who asked, nor who has said something, nor who is away. Of groups only what is known. */
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

/** Fewer are left who could approve than are missing. Not known while the chat does not say who is in a group. */
export function isQuorumImpossible(request: Request, availability: ApproverAvailability): boolean {
  const { approval, votes = [] } = request
  if (approval === undefined || (approval.groups.length > 0 && availability.members === undefined)) return false
  const approved = votes.filter(({ kind }) => kind === 'approved').length
  return approved + stillAble(request, availability).length < approval.needed
}
