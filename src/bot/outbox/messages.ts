import { TerminalError } from '../../domain/errors.ts'
import type { Person, Place } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import type { Messages } from '../../redis/records.ts'
import { endKey, type Notice } from '../cards/request/notices.ts'
import type { Card } from '../chat/card.ts'
import { type Chats, chatOf, directTo, storedMessage, updateMessage } from '../chat/chats.ts'

/** What a record's notices are remembered by. */
const noticeField = 'notice:'
const undeliverable = 'undeliverable'

/** The chats, and which of their messages show which record. */
export interface ChatMessages {
  readonly chats: Chats
  readonly messages: Messages
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
export async function showAsked(chat: ChatMessages, showing: Showing): Promise<void> {
  const { record, place, card } = showing
  const known = await chat.messages.of(record)
  const inPlace = known[keyOf(place)] !== undefined
  const inPerson = known[directKey(place)] !== undefined
  const failure = inPerson && !inPlace ? undefined : await attempt(() => showAt(chat, record, place, card))
  if (isRefusal(failure) || inPerson) await showTo(chat, showing)
  if (failure !== undefined && (inPlace || !isRefusal(failure))) throw failure
}

export async function showAt(chat: ChatMessages, record: string, place: Place, card: Card): Promise<void> {
  const { messages, log } = chat
  const known = (await messages.of(record))[keyOf(place)]
  if (known !== undefined && (await updated(chat, known, card))) return
  if (known !== undefined) log.info({ record, place: place.id }, 'the message is gone: posting it anew')
  await messages.remember(record, keyOf(place), await posted(chat, place, card))
}

export async function showTo(chat: ChatMessages, { record, place, card, by }: Showing): Promise<void> {
  const { chats, messages } = chat
  const known = (await messages.of(record))[directKey(place)]
  if (known !== undefined && (await updated(chat, known, card))) return
  await messages.remember(record, directKey(place), await directTo(chats, by, place.surface, card))
}

/** Whether there is, or was, a message about this record in this place. */
export async function isShownAt({ messages }: ChatMessages, record: string, place: Place): Promise<boolean> {
  return (await messages.of(record))[keyOf(place)] !== undefined
}

/** Remembered after it was posted: a crash in between repeats it, and nothing is left out. Somebody whose account is gone cannot be told. */
export async function postOnce(chat: ChatMessages, record: string, { key, to, card }: Notice): Promise<void> {
  const { chats, messages, log } = chat
  const field = `${noticeField}${key}`
  if ((await messages.of(record))[field] !== undefined) return
  const failure = await attempt(async () => {
    const message =
      to.kind === 'person' ? await directTo(chats, to.person, to.preferred, card) : await posted(chat, to.place, card)
    await messages.remember(record, field, message)
  })
  if (failure === undefined) return
  if (to.kind === 'place' || !isTerminal(failure, 'place-unreachable')) throw failure
  log.warn({ err: failure, record, notice: key }, 'a notice cannot be delivered')
  await messages.remember(record, field, undeliverable)
}

/** Lets every earlier notice say how it ended, once for each such end; one that was deleted stays so. */
export async function settleNotices(
  chat: ChatMessages,
  record: string,
  { end, card }: { end: string; card: Card },
): Promise<void> {
  const known = await chat.messages.of(record)
  const posted = Object.entries(known).filter(
    ([field, message]) => field.startsWith(noticeField) && field !== `${noticeField}${endKey}` && message !== undeliverable,
  )
  for (const [field, message] of posted) {
    if (known[`settled:${field}`] === end) continue
    await updated(chat, message, card)
    await chat.messages.remember(record, `settled:${field}`, end)
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
export async function updated({ chats }: Pick<ChatMessages, 'chats'>, message: string, card: Card): Promise<boolean> {
  const failure = await attempt(() => updateMessage(chats, message, card))
  if (failure !== undefined && !isTerminal(failure, 'message-gone')) throw failure
  return failure === undefined
}

/** Returns the message as it is remembered. */
async function posted({ chats }: ChatMessages, place: Place, card: Card): Promise<string> {
  const { surface } = place
  return storedMessage({ surface, message: await chatOf(chats, surface).post(place, card) })
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
