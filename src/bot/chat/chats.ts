import { TerminalError } from '../../domain/errors.ts'
import type { Person, Surface } from '../../domain/person.ts'
import type { Card } from './card.ts'
import type { ChatSurface } from './surface.ts'

/** The chats that this bot serves. */
export type Chats = ReadonlyMap<Surface, ChatSurface>

const productNames: Readonly<Record<Surface, string>> = { slack: 'Slack', teams: 'Teams' }

/** Throws a `TerminalError` (`place-unreachable`) for a chat that is not configured any more. */
export function chatOf(chats: Chats, surface: Surface): ChatSurface {
  const chat = chats.get(surface)
  if (chat !== undefined) return chat
  throw new TerminalError('place-unreachable', `This bot does not serve ${productNames[surface]}.`, {
    remedy: `Configure ${productNames[surface]} for the bot process.`,
  })
}

/** Whether the chat does not let the bot write there, for now or until it is let in again. */
export function isUnreachable(error: unknown): error is TerminalError {
  return error instanceof TerminalError && ['place-unreachable', 'place-closed'].includes(error.code)
}

/** A message, and the chat that it is in. */
export interface StoredMessage {
  readonly surface: Surface
  readonly message: string
}

/** The message as it is stored: `slack:C012ABC/1700000000.000100`. */
export function storedMessage({ surface, message }: StoredMessage): string {
  return `${surface}:${message}`
}

/** Reads a stored message. Versions before the second chat stored Slack's ids without `slack:`. */
export function parseStoredMessage(text: string): StoredMessage {
  const [, surface, message] = /^(slack|teams):(.*)$/s.exec(text) ?? []
  return message === undefined
    ? { surface: 'slack', message: text }
    : { surface: surface === 'teams' ? 'teams' : 'slack', message }
}

/** Throws as `ChatSurface.update` does. */
export async function updateMessage(chats: Chats, stored: string, card: Card, yields: boolean): Promise<void> {
  const { surface, message } = parseStoredMessage(stored)
  await chatOf(chats, surface).update(message, card, yields)
}

/**
 * Posts to the person alone: in the preferred chat, e.g. where they asked, else in another one. Goes on to the next chat only where this one
 * is unreachable, and throws any other error at once. When no chat can reach the person, throws the first chat's error. Returns the message as it is stored.
 */
export async function directTo(chats: Chats, person: Person, preferred: Surface | undefined, card: Card): Promise<string> {
  let unreachable: unknown
  for (const chat of inOrder(chats, person, preferred)) {
    try {
      return storedMessage({ surface: chat.name, message: await chat.direct(person, card) })
    } catch (error) {
      if (!isUnreachable(error)) throw error
      unreachable ??= error
    }
  }
  throw unreachable ?? new Error('The bot serves no chat.')
}

/** The preferred chat first, then those in which the configuration knows an account of the person. */
function inOrder(chats: Chats, { accounts }: Person, preferred: Surface | undefined): readonly ChatSurface[] {
  const rank = ({ name }: ChatSurface) => (name === preferred ? 0 : accounts[name] !== undefined ? 1 : 2)
  return [...chats.values()].toSorted((a, b) => rank(a) - rank(b))
}
