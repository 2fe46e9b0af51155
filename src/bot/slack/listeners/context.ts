import type { Context, webApi } from '@slack/bolt'
import { z } from 'zod'
import type { Person, Place } from '../../../domain/person.ts'
import type { Log } from '../../../log.ts'
import type { Handlers } from '../../chat/surface.ts'

/** Slack gives up after three seconds, and says so. */
export const ackWithinMs = 2_000

/** What we wrote into a button or a form, as JSON, and anybody may have forged. */
export const parsedJson = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' })
    return z.NEVER
  }
})

/** What the listeners share. */
export interface ListenerContext {
  readonly client: webApi.WebClient
  readonly log: Log
  readonly handlers: Handlers
  /** Takes over while it is not certain that a request is new. */
  readonly unchecked: Handlers
  /** Takes over while it is not certain who speaks. */
  readonly unrecognized: Handlers
  /** Throws while that cannot be told. */
  identify(userId: string, name: string): Promise<Person>
  /** Counts a click that was answered with no. */
  declined(why: string): void
}

export function handlersFor({ handlers, unchecked }: ListenerContext, context: Context): Handlers {
  return context.unchecked === true ? unchecked : handlers
}

/** Who speaks, and who answers them. Slack is about to send names no more: https://docs.slack.dev/interactivity/implementing-slash-commands */
export async function speakerOf(
  shared: ListenerContext,
  context: Context,
  { id, name = id }: { readonly id: string; readonly name?: string },
): Promise<{ readonly by: Person; readonly handlers: Handlers }> {
  const handlers = handlersFor(shared, context)
  try {
    return { by: await shared.identify(id, name), handlers }
  } catch (error) {
    shared.log.warn({ err: error, user: id }, 'it cannot be told who speaks')
    const by = { key: `slack:${id}`, name, accounts: { slack: id } }
    return { by, handlers: handlers === shared.handlers ? shared.unrecognized : handlers }
  }
}

/** Identifies a message in the whole workspace. */
export function messageId(channel: string, ts: string): string {
  return `${channel}/${ts}`
}

export function slackPlace(id: string): Place {
  return { surface: 'slack', id }
}
