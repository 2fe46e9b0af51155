import type { Context, webApi } from '@slack/bolt'
import { z } from 'zod'
import type { Person, Place } from '../../../domain/person.ts'
import type { Log } from '../../../log.ts'
import type { Choices } from '../../../redis/choices.ts'
import type { Declined } from '../../chat/chat-metrics.ts'
import { limitedHandlers, type Membership } from '../../chat/limited-handlers.ts'
import type { Handlers } from '../../chat/surface.ts'

/** Slack shows the person an error after three seconds without an acknowledgement. In milliseconds. */
export const ackWithinMs = 2_000

/** JSON from a button or a form. It may be forged. */
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
  /** Aborts when the bot stops. */
  readonly closing: AbortSignal
  readonly log: Log
  readonly handlers: Handlers
  /** Answers while Redis does not say whether a request is new. */
  readonly unchecked: Handlers
  /** Answers while Slack does not say whose account it is. */
  readonly unrecognized: Handlers
  /** The person behind the account. Throws while Slack does not say. */
  identify(userId: string, name: string): Promise<Person>
  /** Throws while Slack does not say. */
  membershipOf(userId: string, person: Person): Promise<Membership>
  readonly choices: Choices
  /** Counts an answer that refuses, by its reason. */
  declined(why: Declined): void
}

export function handlersFor({ handlers, unchecked }: ListenerContext, context: Context): Handlers {
  return context.unchecked === true ? unchecked : handlers
}

/** The person who acts, and the handlers that answer. Slack may leave the name out: https://docs.slack.dev/interactivity/implementing-slash-commands */
export async function speakerOf(
  shared: ListenerContext,
  context: Context,
  { id, name = id }: { readonly id: string; readonly name?: string },
): Promise<{ readonly by: Person; readonly handlers: Handlers }> {
  const handlers = handlersFor(shared, context)
  try {
    const by = await shared.identify(id, name)
    return { by, handlers: limitedHandlers(handlers, await shared.membershipOf(id, by)) }
  } catch (error) {
    shared.log.warn({ err: error, user: id }, 'the person behind an account is not known')
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
