import { type Person, samePerson } from '../../../domain/person.ts'
import type { Request } from '../../../domain/request.ts'
import type { ChatSurface } from '../../chat/surface.ts'

/** What the chat says of those who could approve. */
export interface Attendance {
  /** By key, those who cannot act any more: the account is deactivated, or there is none. */
  readonly away: ReadonlyMap<string, Absence>
  /** Who is in the policy's groups; absent while the chat does not say. */
  readonly members?: readonly Person[]
}

export type Absence = 'deactivated' | 'unknown'

/** Nobody has been found to be away. */
export const everyoneThere: Attendance = { away: new Map() }

/** More members of groups are not asked about one by one. */
const membersAskedFor = 30

/** Only shown and never decided by: what the chat does not say counts as there. */
export async function attendanceOf(
  surface: Pick<ChatSurface, 'away' | 'membersOf'>,
  { state, approval }: Request,
): Promise<Attendance> {
  if (state !== 'awaiting-approval' || approval === undefined) return everyoneThere
  const { approvers, groups } = approval
  const members = groups.length === 0 ? [] : await surface.membersOf(groups)
  const away = await surface.away([...approvers, ...(members ?? []).slice(0, membersAskedFor)])
  return { away, ...(members !== undefined && { members }) }
}

/** Under which it is remembered, beside a request's messages, what they say of its approvers. */
export const markField = 'approvers'

/** What a message says of them, in short: while this stays, so may the message. */
export function markOf(request: Request, attendance: Attendance): string {
  const gone = (request.approval?.approvers ?? []).flatMap(({ key }) => {
    const absence = attendance.away.get(key)
    return absence === undefined ? [] : [`${key} ${absence}`]
  })
  return [...gone, isQuorumImpossible(request, attendance) ? 'too few' : 'enough'].join(', ')
}

/** Everyone who could still approve: neither who asked, nor who has said something, nor who is away. Of groups only what is known. */
export function stillAble({ approval, asked, votes = [] }: Request, { away, members = [] }: Attendance): readonly Person[] {
  const out = [asked, ...votes].map(({ by }) => by)
  const able = [...(approval?.approvers ?? []), ...members].filter(
    (person) => !away.has(person.key) && !out.some((other) => samePerson(other, person)),
  )
  return able.filter((person, index) => able.findIndex((other) => samePerson(other, person)) === index)
}

/** Fewer are left who could approve than are missing. Not known while the chat does not say who is in a group. */
export function isQuorumImpossible(request: Request, attendance: Attendance): boolean {
  const { approval, votes = [] } = request
  if (approval === undefined || (approval.groups.length > 0 && attendance.members === undefined)) return false
  const approved = votes.filter(({ kind }) => kind === 'approved').length
  return approved + stillAble(request, attendance).length < approval.needed
}
