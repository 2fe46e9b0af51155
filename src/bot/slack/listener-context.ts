import type { Context, webApi } from '@slack/bolt'
import type { Person, Place } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import type { Handlers } from '../surface.ts'

/** What the listeners share. */
export interface ListenerContext {
  readonly client: webApi.WebClient
  readonly log: Log
  readonly handlers: Handlers
  /** Takes over while it is not certain that a request is new. */
  readonly unchecked: Handlers
  identify(userId: string, name: string): Promise<Person>
  now(): number
  /** Counts a click that was answered with no. */
  declined(why: string): void
  /** Keeps the process until this is finished. */
  track<T>(work: Promise<T>): Promise<T>
}

export function handlersFor({ handlers, unchecked }: ListenerContext, context: Context): Handlers {
  return context.unchecked === true ? unchecked : handlers
}

export function slackPlace(id: string): Place {
  return { surface: 'slack', id }
}
