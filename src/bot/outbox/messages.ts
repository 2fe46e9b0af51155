import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError, TerminalError } from '../../domain/errors.ts'
import type { Person, Place } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import type { Pace } from '../../redis/pace.ts'
import type { Messages } from '../../redis/records.ts'
import { endKey, type Notice } from '../cards/request/notices.ts'
import type { Card } from '../chat/card.ts'
import type { ChatSurface } from '../chat/surface.ts'

/** A turn that comes within this time, in milliseconds, is waited for. */
const longestTurnMs = 2_000

/** What a record's notices are remembered by. */
const noticeField = 'notice:'
const undeliverable = 'undeliverable'

/** The chat counts updates for all of its places together. */
const everywhere = 'all'

export interface Wire {
  readonly surface: ChatSurface
  readonly messages: Messages
  /** How fast the chat takes posts, by place, and updates, all together. */
  readonly pace: { readonly posts: Pace; readonly updates: Pace }
  readonly log: Log
}

export interface Showing {
  readonly record: string
  readonly place: Place
  readonly card: Card
  readonly by: Person
}

/**
 * Where it was asked; personally to the one who asked when the bot cannot write there, and from then on. Throws although the person was told when an older
 * message stays in that place: it is to be brought up to date when that works again.
 */
export async function showAsked(wire: Wire, showing: Showing): Promise<void> {
  const { record, place, card } = showing
  const known = await wire.messages.of(record)
  const inPlace = known[keyOf(place)] !== undefined
  const inPerson = known[directKey(place)] !== undefined
  const failure = inPerson && !inPlace ? undefined : await attempt(() => showAt(wire, record, place, card))
  if (isRefusal(failure) || inPerson) await showTo(wire, showing)
  if (failure !== undefined && (inPlace || !isRefusal(failure))) throw failure
}

export async function showAt(wire: Wire, record: string, place: Place, card: Card): Promise<void> {
  const { surface, messages, log } = wire
  const known = (await messages.of(record))[keyOf(place)]
  if (known !== undefined && (await updated(wire, known, card))) return
  if (known !== undefined) log.info({ record, place: place.id }, 'the message is gone: posting it anew')
  const message = await inTurn(wire.pace.posts, keyOf(place), () => surface.post(place, card))
  await messages.remember(record, keyOf(place), message)
}

export async function showTo(wire: Wire, { record, place, card, by }: Showing): Promise<void> {
  const { surface, messages } = wire
  const known = (await messages.of(record))[directKey(place)]
  if (known !== undefined && (await updated(wire, known, card))) return
  const message = await inTurn(wire.pace.posts, by.key, () => surface.direct(by, card))
  await messages.remember(record, directKey(place), message)
}

/** Whether there is, or was, a message about this record in this place. */
export async function isShownAt({ messages }: Wire, record: string, place: Place): Promise<boolean> {
  return (await messages.of(record))[keyOf(place)] !== undefined
}

/** Remembered after it was posted: a crash in between repeats it, and nothing is left out. Somebody whose account is gone cannot be told. */
export async function postOnce(wire: Wire, record: string, { key, to, card }: Notice): Promise<void> {
  const { surface, messages, log, pace } = wire
  const field = `${noticeField}${key}`
  if ((await messages.of(record))[field] !== undefined) return
  const failure = await attempt(async () => {
    const message =
      to.kind === 'person'
        ? await inTurn(pace.posts, to.person.key, () => surface.direct(to.person, card))
        : await inTurn(pace.posts, keyOf(to.place), () => surface.post(to.place, card))
    await messages.remember(record, field, message)
  })
  if (failure === undefined) return
  if (to.kind === 'place' || !isTerminal(failure, 'place-unreachable')) throw failure
  log.warn({ err: failure, record, notice: key }, 'a notice cannot be delivered')
  await messages.remember(record, field, undeliverable)
}

/** Lets every earlier notice say how it ended, once for each such end; one that was deleted stays so. */
export async function settleNotices(wire: Wire, record: string, { end, card }: { end: string; card: Card }): Promise<void> {
  const known = await wire.messages.of(record)
  const posted = Object.entries(known).filter(
    ([field, message]) => field.startsWith(noticeField) && field !== `${noticeField}${endKey}` && message !== undeliverable,
  )
  for (const [field, message] of posted) {
    if (known[`settled:${field}`] === end) continue
    await updated(wire, message, card)
    await wire.messages.remember(record, `settled:${field}`, end)
  }
}

/** A refusal that has to do with this message or place, and with no other. */
export function isRefusal(error: unknown): error is TerminalError {
  return error instanceof TerminalError && error.code !== 'chat-refuses-token'
}

/** What an action threw. */
export async function attempt(action: () => Promise<void>): Promise<unknown> {
  try {
    await action()
    return undefined
  } catch (error) {
    return error ?? new Error('something was thrown that is nothing')
  }
}

/** False when the message is gone. */
export async function updated({ surface, pace }: Wire, message: string, card: Card): Promise<boolean> {
  const failure = await attempt(() => inTurn(pace.updates, everywhere, () => surface.update(message, card)))
  if (failure !== undefined && !isTerminal(failure, 'message-gone')) throw failure
  return failure === undefined
}

/**
 * Waits a moment for its turn; a longer wait is the queue's, where newer states of the same message catch up with it. When the chat itself asks to wait,
 * everybody does.
 */
async function inTurn<T>(pace: Pace, key: string, action: () => Promise<T>): Promise<T> {
  for (let waitMs = await pace.take(key); waitMs > 0; waitMs = await pace.take(key)) {
    if (waitMs > longestTurnMs) {
      throw new RetryableError('paced', 'The chat takes no more messages for a moment.', {
        remedy: 'Wait.',
        retryAfterMs: waitMs,
      })
    }
    await sleep(waitMs)
  }
  try {
    return await action()
  } catch (error) {
    if (error instanceof RetryableError && error.retryAfterMs !== undefined) await pace.pause(key, error.retryAfterMs)
    throw error
  }
}

function keyOf({ surface, id }: Place): string {
  return `${surface}:${id}`
}

/** The personal message that stands for one in this place. */
function directKey(place: Place): string {
  return `${keyOf(place)}:direct`
}

function isTerminal(error: unknown, code: string): boolean {
  return error instanceof TerminalError && error.code === code
}
