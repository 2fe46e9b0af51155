import type { Ledger } from '../../domain/ledger.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Messages } from '../../redis/records.ts'
import { repeat } from '../../repeat.ts'
import { attendanceOf, markField, markOf } from '../cards/request/approver-availability.ts'
import type { ChatSurface } from '../chat/surface.ts'

/**
 * How often it is looked whether approvers have gone or come back, in milliseconds. A chat tells of it by itself only among every other change of every
 * person, so it is asked, and only about those for whom a request waits.
 */
const everyMs = 60_000

export interface RollCall {
  readonly ledger: Pick<Ledger, 'open'>
  readonly surface: Pick<ChatSurface, 'away' | 'membersOf'>
  readonly messages: Pick<Messages, 'of'>
  readonly producer: Pick<Producer, 'show'>
}

export function startRollCall(parts: RollCall, log: Log): { close(): void } {
  return repeat('roll call', everyMs, log, () => callRoll(parts))
}

/** Has every waiting request shown anew whose message says something else of its approvers than the chat does now. */
export async function callRoll({ ledger, surface, messages, producer }: RollCall): Promise<void> {
  for (const request of await ledger.open()) {
    const { id, state, approval } = request
    if (state !== 'awaiting-approval' || approval === undefined) continue
    const drawn = (await messages.of(`request-${id}`))[markField]
    const attendance = await attendanceOf(surface, request)
    const silent = approval.groups.length > 0 && attendance.members === undefined
    if (drawn === undefined || silent || markOf(request, attendance) === drawn) continue
    await producer.show({ kind: 'request', id })
  }
}
