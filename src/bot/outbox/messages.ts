import { TerminalError } from '../../domain/errors.ts'
import type { Person, Place } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import type { Messages } from '../../redis/records.ts'
import { endKey, type Notice } from '../cards/request/notices.ts'
import type { Card } from '../chat/card.ts'
import { type Chats, chatOf, directTo, isUnreachable, storedMessage, updateMessage } from '../chat/chats.ts'
import { failureOf } from '../chat/failure-of.ts'
import type { ShownCards } from './shown-cards.ts'

/** The prefix of the fields that remember a record's notices. */
const noticeField = 'notice:'
const undeliverable = 'undeliverable'

/** The chats, and the store of the messages that show each record. */
export interface ChatMessages {
  readonly chats: Chats
  readonly messages: Messages
  /** A message that shows the card already is not updated. */
  readonly shown: ShownCards
  /** Updates let other messages go first while many want to be sent. */
  readonly yields?: boolean
  readonly log: Log
}

/** The record of a request's messages. */
export function requestRecord(id: string): string {
  return `request-${id}`
}

export interface Showing {
  readonly record: string
  readonly place: Place
  readonly card: Card
  readonly by: Person
}

/**
 * Shows the card in the place where it was asked for; where the bot cannot write there, as a direct message to the person who asked, from then on.
 * Throws also after the direct message when an older message in the place could not be updated: the caller tries that again.
 */
export async function showAsked(chat: ChatMessages, showing: Showing): Promise<void> {
  const { record, place, card } = showing
  const known = await chat.messages.of(record)
  const inPlace = known[keyOf(place)] !== undefined
  const inPerson = known[directKey(place)] !== undefined
  const failure = inPerson && !inPlace ? undefined : await failureOf(() => showAt(chat, record, place, card))
  if (isRefusal(failure) || inPerson) await showTo(chat, showing)
  if (failure !== undefined && (inPlace || !isRefusal(failure))) throw failure
}

export async function showAt(chat: ChatMessages, record: string, place: Place, card: Card): Promise<void> {
  const { messages, shown, log } = chat
  const known = (await messages.of(record))[keyOf(place)]
  if (known !== undefined && (await updated(chat, known, card))) return
  if (known !== undefined) log.info({ record, place: place.id }, 'the message is gone: posting it anew')
  const message = await posted(chat, place, card)
  await messages.remember(record, keyOf(place), message)
  shown.note(message, card)
}

export async function showTo(chat: ChatMessages, { record, place, card, by }: Showing): Promise<void> {
  const { chats, messages, shown } = chat
  const known = (await messages.of(record))[directKey(place)]
  if (known !== undefined && (await updated(chat, known, card))) return
  const message = await directTo(chats, by, place.surface, card)
  await messages.remember(record, directKey(place), message)
  shown.note(message, card)
}

/** Whether a message about the record was posted in the place. */
export async function isShownAt({ messages }: ChatMessages, record: string, place: Place): Promise<boolean> {
  return (await messages.of(record))[keyOf(place)] !== undefined
}

/**
 * Posts a notice that was not posted yet. It is remembered after the post, so that a crash in between repeats it. A person without an account is
 * skipped, and logged.
 */
export async function postOnce(chat: ChatMessages, record: string, { key, to, card }: Notice): Promise<void> {
  const { chats, messages, log } = chat
  const field = `${noticeField}${key}`
  if ((await messages.of(record))[field] !== undefined) return
  const failure = await failureOf(async () => {
    const message =
      to.kind === 'person' ? await directTo(chats, to.person, to.preferred, card) : await posted(chat, to.place, card)
    await messages.remember(record, field, message)
  })
  if (failure === undefined) return
  if (to.kind === 'place' || !isUnreachable(failure)) throw failure
  log.warn({ err: failure, record, notice: key }, 'a notice cannot be delivered')
  await messages.remember(record, field, undeliverable)
}

/** Updates every earlier notice to the end card, once for each end, except those whose key begins with `except`. A deleted notice is not posted again. */
export async function settleNotices(
  chat: ChatMessages,
  record: string,
  { end, card, except }: { end: string; card: Card; except: string | undefined },
): Promise<void> {
  const known = await chat.messages.of(record)
  const posted = Object.entries(known).filter(
    ([field, message]) => field.startsWith(noticeField) && field !== `${noticeField}${endKey}` && message !== undeliverable,
  )
  for (const [field, message] of posted) {
    const isKept = except !== undefined && field.startsWith(`${noticeField}${except}`)
    if (isKept || known[`settled:${field}`] === end) continue
    await updated(chat, message, card)
    await chat.messages.remember(record, `settled:${field}`, end)
  }
}

/** Makes every message of the record show the card. Returns how many there are. Those that were deleted are not posted again. */
export async function replaceAll(chat: ChatMessages, record: string, card: Card): Promise<number> {
  const stored = Object.values(await chat.messages.of(record)).filter((value) => /^(slack|teams):/.test(value))
  for (const message of stored) await updated(chat, message, card)
  return stored.length
}

/** Whether the error is about one message or place, and other messages can still be posted. */
export function isRefusal(error: unknown): error is TerminalError {
  return error instanceof TerminalError && error.code !== 'chat-refuses-token'
}

/** Makes a message show the card. Returns false when it does not exist any more. */
export async function updated(
  { chats, shown, yields = false }: Pick<ChatMessages, 'chats' | 'shown' | 'yields'>,
  message: string,
  card: Card,
): Promise<boolean> {
  if (shown.has(message, card)) return true
  const failure = await failureOf(() => updateMessage(chats, message, card, yields))
  if (failure !== undefined && !isTerminal(failure, 'message-gone')) throw failure
  if (failure === undefined) shown.note(message, card)
  return failure === undefined
}

/** Posts a message, and returns it as it is stored. */
async function posted({ chats }: ChatMessages, place: Place, card: Card): Promise<string> {
  const { surface } = place
  return storedMessage({ surface, message: await chatOf(chats, surface).post(place, card) })
}

function keyOf({ surface, id }: Place): string {
  return `${surface}:${id}`
}

/** The field of the direct message that replaces the one in the place. */
function directKey(place: Place): string {
  return `${keyOf(place)}:direct`
}

function isTerminal(error: unknown, code: string): boolean {
  return error instanceof TerminalError && error.code === code
}
