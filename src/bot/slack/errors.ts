import { webApi } from '@slack/bolt'
import { RetryableError, TerminalError } from '../../domain/errors.ts'

/** Error codes of places that the bot cannot write to, and what to do. https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const unreachable: Readonly<Record<string, string>> = {
  not_in_channel: 'Invite me there with /invite.',
  channel_not_found: 'If it is a private channel, invite me there with /invite; otherwise check its id in the configuration.',
  is_archived: 'The channel is archived: unarchive it, or name another one in the configuration.',
  restricted_action: 'The workspace does not let apps post there: an administrator can allow it.',
  restricted_action_read_only_channel: 'The channel is read-only: let me post there, or name another one in the configuration.',
  user_not_found: 'Check the person’s Slack id in the configuration.',
  user_disabled: 'The account is deactivated.',
  messages_tab_disabled: 'Turn on the Messages tab in the app’s settings.',
  cannot_dm_bot: 'A bot cannot be written to.',
}

const messageGone: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'is_inactive',
])
const temporary: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'team_added_to_org',
])
const tokenRefused: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'not_allowed_token_type',
])

const repeat = { remedy: 'I try again by myself.' }

/** Runs a call of Slack's API. Throws a `RetryableError` or a `TerminalError`, chosen by the error's class and code, never by its message. */
export async function callSlack<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw translated(error)
  }
}

/** Slack's error code, e.g. `channel_not_found`, also of an error that `callSlack` threw. */
export function slackErrorCode(error: unknown): string | undefined {
  const refusal = error instanceof Error && error.cause !== undefined ? error.cause : error
  return refusal instanceof webApi.WebAPIPlatformError ? refusal.data.error : undefined
}

function translated(cause: unknown): Error {
  if (cause instanceof webApi.WebAPIRateLimitedError) {
    const retryAfterMs = cause.retryAfter * 1_000
    return new RetryableError('slack-rate-limited', `Slack asks to wait ${cause.retryAfter} s.`, {
      ...repeat,
      cause,
      retryAfterMs,
    })
  }
  if (cause instanceof webApi.WebAPIPlatformError) return platformError(cause)
  if (cause instanceof webApi.WebAPIHTTPError && cause.statusCode < 500) {
    const remedy = 'Look at SLACK_API_URL: this is not how Slack answers.'
    return new TerminalError('slack-refused', `Slack answered with status ${cause.statusCode}.`, { cause, remedy })
  }
  return new RetryableError('slack-unreachable', 'Slack does not answer.', { ...repeat, cause })
}

function platformError(cause: webApi.WebAPIPlatformError): Error {
  const code = cause.data.error
  const remedy = unreachable[code]
  if (remedy !== undefined) return new TerminalError('place-unreachable', `Slack says ${code}.`, { cause, remedy })
  if (messageGone.has(code)) return new TerminalError('message-gone', `Slack says ${code}.`, { cause, remedy: 'I post it anew.' })
  if (temporary.has(code)) return new RetryableError('slack-unreachable', `Slack says ${code}.`, { ...repeat, cause })
  if (tokenRefused.has(code)) {
    return new TerminalError('chat-refuses-token', `Slack does not accept the bot's token: ${code}.`, {
      cause,
      remedy: 'Install the app again, with the scopes that its manifest lists, and set SLACK_BOT_TOKEN.',
    })
  }
  const hints = cause.data.response_metadata?.messages?.join(' ') ?? ''
  return new TerminalError('slack-refused', `Slack refused the message: ${code} ${hints}`.trim(), {
    cause,
    remedy: 'This is a fault of mine: report it with my log.',
  })
}
