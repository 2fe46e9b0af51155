import type { Ledger } from '../../domain/ledger.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Messages } from '../../redis/records.ts'
import { type Repeating, repeat } from '../../repeat.ts'
import { availabilityField, availabilityMark } from '../cards/request/approver-availability.ts'
import type { PeopleInAllChats } from '../chat/people-in-all-chats.ts'
import { availabilityOf } from './availability.ts'
import { requestRecord } from './messages.ts'

/**
 * How often the chats are asked whether approvers are still there, in milliseconds. The chats' events would report every change of every person, so the
 * approvers of waiting requests are asked about instead.
 */
const everyMs = 60_000

export interface ApproverWatch {
  readonly ledger: Pick<Ledger, 'open'>
  readonly people: Pick<PeopleInAllChats, 'away' | 'membersOf'>
  readonly messages: Pick<Messages, 'of'>
  readonly producer: Pick<Producer, 'show'>
}

export function watchApprovers(parts: ApproverWatch, log: Log): Repeating {
  return repeat('watching approvers', everyMs, log, () => showChangedAvailability(parts))
}

/** Queues an update of every waiting request whose message shows other approvers as available than the chats do now. */
export async function showChangedAvailability({ ledger, people, messages, producer }: ApproverWatch): Promise<void> {
  for (const request of await ledger.open()) {
    const { id, state, approval } = request
    if (state !== 'awaiting-approval' || approval === undefined) continue
    const shown = (await messages.of(requestRecord(id)))[availabilityField]
    const availability = await availabilityOf(people, request)
    const isUnknown = approval.groups.length > 0 && availability.members === undefined
    if (shown === undefined || isUnknown || availabilityMark(request, availability) === shown) continue
    await producer.show({ kind: 'request', id })
  }
}
