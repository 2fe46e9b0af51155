import type { Person, Place } from '../../../domain/person.ts'
import type { Log } from '../../../log.ts'
import type { TeamsReferences } from '../../../redis/teams-references.ts'
import type { Card } from '../../chat/card.ts'
import type { Declined } from '../../chat/chat-metrics.ts'
import { limitedHandlers } from '../../chat/limited-handlers.ts'
import type { Handlers } from '../../chat/surface.ts'
import type { TeamsActivity } from '../activity.ts'
import type { Connector, Where } from '../connector.ts'
import type { Speaker, TeamsPeople } from '../people.ts'

/** Teams gives an invoke up after ten seconds or so, and says that it did not work. In milliseconds. */
export const answerWithinMs = 4_000

/** What the listeners share. */
export interface ListenerContext {
  readonly connector: Connector
  readonly references: TeamsReferences
  readonly people: TeamsPeople
  readonly log: Log
  readonly handlers: Handlers
  /** Takes over while it is not certain that an activity is new. */
  readonly unchecked: Handlers
  /** Takes over while it is not certain who speaks. */
  readonly unrecognized: Handlers
  /** Sends a card in a personal conversation. */
  direct(person: Person, card: Card): Promise<unknown>
  /** Counts a click that was answered with no. */
  declined(why: Declined): void
  /** Aborts when the bot stops: nothing is tried again then. */
  readonly closing: AbortSignal
  /** Keeps the process until this is finished. */
  track<T>(work: Promise<T>): Promise<T>
}

/** An activity of somebody, somewhere. */
export interface Spoken {
  readonly activity: TeamsActivity
  readonly speaker: Speaker
  readonly where: Where
  /** Whether the bot and this person are alone. */
  readonly isPersonal: boolean
  readonly by: Person
  readonly handlers: Handlers
}

/** Nothing for what no person of this tenant said: a bot, or an activity without a sender or a conversation. */
export function speakerIn({
  from,
  conversation,
  serviceUrl,
}: TeamsActivity): Pick<Spoken, 'speaker' | 'where' | 'isPersonal'> | undefined {
  if (from?.aadObjectId === undefined || conversation === undefined || serviceUrl === undefined) return undefined
  if (from.role === 'bot' || from.id.startsWith('28:')) return undefined
  return {
    speaker: { id: from.id, name: from.name ?? from.aadObjectId, objectId: from.aadObjectId },
    where: { serviceUrl, conversation: conversation.id },
    isPersonal: conversation.conversationType === 'personal',
  }
}

/** Who speaks, and who answers them. `isNew`: whether it is certain that the activity was not acted on before. */
export async function recognize(
  shared: ListenerContext,
  { speaker, where }: Pick<Spoken, 'speaker' | 'where'>,
  isNew: boolean,
): Promise<Pick<Spoken, 'by' | 'handlers'>> {
  const handlers = isNew ? shared.handlers : shared.unchecked
  try {
    const by = await shared.people.identify(speaker, where)
    return { by, handlers: limitedHandlers(handlers, await shared.people.membershipOf(speaker, by, where)) }
  } catch (error) {
    shared.log.warn({ err: error, user: speaker.objectId }, 'it cannot be told who speaks')
    const { name, objectId } = speaker
    return {
      by: { key: `teams:${objectId}`, name, accounts: { teams: objectId } },
      handlers: isNew ? shared.unrecognized : handlers,
    }
  }
}

export function teamsPlace(conversation: string): Place {
  return { surface: 'teams', id: conversation }
}

/** Identifies a message: the conversation, and the activity in it. */
export function messageId({ conversation, activity }: { readonly conversation: string; readonly activity: string }): string {
  return `${conversation}|${activity}`
}

export function parseMessageId(message: string): { readonly conversation: string; readonly activity: string } {
  const at = message.lastIndexOf('|')
  return { conversation: message.slice(0, at), activity: message.slice(at + 1) }
}
