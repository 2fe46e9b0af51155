import { z } from 'zod'
import { RetryableError, TerminalError } from '../../domain/errors.ts'

/**
 * Teams' codes for conversations that the bot must not write to any more, until it is let in again.
 * https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
 */
const closed: Readonly<Record<string, string>> = {
  BotNotInConversationRoster: 'Add the app to this team or chat.',
  BotDisabledByAdmin: 'An administrator has blocked the app: allow it in the Teams admin center.',
  ConversationBlockedByUser: 'The person has blocked the app, and can unblock it in Teams.',
  MessageWritesBlocked: 'The person or an administrator has blocked the app, or removed it: add it again.',
  ForbiddenOperationException: 'Add the app to this team or chat.',
}

const passing: ReadonlySet<number> = new Set([408, 412, 429, 500, 502, 503, 504])

/** Where Teams does not say how long to wait, in milliseconds: so many bots do not come back at the same moment. */
const [shortestWaitMs, longestWaitMs] = [1_000, 4_000]

const bodySchema = z.object({ error: z.object({ code: z.string().optional(), message: z.string().optional() }) })

interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly retryAfterMs?: number
}

/** What the Bot Connector said; nothing where it did not answer. */
export function refusalOf(error: unknown): Refusal | undefined {
  const status: unknown = Reflect.get(Object(error), 'statusCode')
  if (typeof status !== 'number') return undefined
  const response = Object(Reflect.get(Object(error), 'response'))
  const body = bodySchema.safeParse(parsed(Reflect.get(response, 'bodyAsText')))
  const { code = '', message = '' } = body.success ? body.data.error : {}
  const headers = Reflect.get(response, 'headers')
  const seconds = Number(typeof headers?.get === 'function' ? headers.get('retry-after') : undefined)
  return { status, code, message, ...(seconds > 0 && { retryAfterMs: seconds * 1_000 }) }
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

/** In our words, judged by status and code. `what`: whether a message is updated, where 404 means that it is gone. */
export function translated(cause: unknown, what: 'post' | 'update' | 'read'): Error {
  if (cause instanceof RetryableError || cause instanceof TerminalError) return cause
  const refusal = refusalOf(cause)
  const wait = shortestWaitMs + Math.random() * (longestWaitMs - shortestWaitMs)
  const again = { remedy: 'I try again by myself.', cause }
  if (refusal === undefined)
    return new RetryableError('teams-unreachable', 'Teams does not answer.', { ...again, retryAfterMs: wait })
  const { status, code, message, retryAfterMs } = refusal
  const said = `Teams says ${[String(status), code].filter((word) => word !== '').join(' ')}.`
  if (passing.has(status)) return new RetryableError('teams-busy', said, { ...again, retryAfterMs: retryAfterMs ?? wait })
  if (status === 401) {
    return new TerminalError('chat-refuses-token', `Teams does not accept the bot's token. ${said}`, {
      cause,
      remedy: 'Check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID, and whether the secret has ended.',
    })
  }
  const remedy = closed[code]
  if (status === 403 || remedy !== undefined)
    return new TerminalError('place-closed', said, { cause, remedy: remedy ?? 'Add the app to this team or chat.' })
  if (status === 404 && what === 'update') return new TerminalError('message-gone', said, { cause, remedy: 'I post it anew.' })
  if (status === 404)
    return new TerminalError('place-unreachable', said, {
      cause,
      remedy: 'Check the id in the configuration, and add the app there.',
    })
  return new TerminalError('teams-refused', `${said} ${message}`.trim(), {
    cause,
    remedy: 'This is a fault of mine: report it with my log.',
  })
}
