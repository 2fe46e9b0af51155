import { RetryableError, TerminalError } from '../domain/errors.ts'
import { cleanText } from '../domain/hostile-text.ts'

interface Refusal {
  readonly status: number
  /** The text `CODE: message`. */
  readonly error: string | undefined
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined
}

/** Translates a refusal of the ClickHouse Cloud API to an error. `doing` completes "ClickHouse Cloud refused to …". */
export function translateRefusal(
  { status, error, requestId, retryAfterMs }: Refusal,
  doing: string,
): TerminalError | RetryableError {
  const [, code, words] = /^([A-Z][A-Z_]+): *(.*)$/s.exec(error ?? '') ?? []
  const said = [code, firstLine(words ?? error ?? '')].filter((part) => part !== undefined && part !== '').join(': ')
  const message = `ClickHouse Cloud refused to ${doing} (HTTP ${status}${said === '' ? '' : `, ${said}`}).`
  const details = { remedy: remedyFor(status, code, words ?? ''), ...(requestId !== undefined && { vendorRequestId: requestId }) }
  if (status === 429 || status === 408 || status >= 500 || code === 'CONFLICT') {
    return new RetryableError(codeFor(status, code), message, { ...details, retryAfterMs })
  }
  return new TerminalError(codeFor(status, code), message, details)
}

/** The first line of a message. The lines after it are for the vendor's programmers, e.g. a stack trace. */
function firstLine(text: string): string {
  return cleanText(text.trim().split(/[\r\n]/)[0] ?? '', 300)
}

export function unreachable(cause: unknown, doing: string): RetryableError {
  return new RetryableError('clickhouse-unreachable', `ClickHouse Cloud could not be reached to ${doing}.`, {
    cause,
    remedy: 'Check that the jobs process reaches the ClickHouse Cloud API, then run the command again.',
  })
}

export function unreadable(cause: unknown, doing: string, requestId: string | undefined): TerminalError {
  return new TerminalError(
    'clickhouse-answer-unreadable',
    `ClickHouse Cloud answered in a form that the bot does not know when asked to ${doing}.`,
    {
      cause,
      remedy: 'Check CLICKHOUSE_API_URL. If it is right, the API has changed: report it with the request id.',
      ...(requestId !== undefined && { vendorRequestId: requestId }),
    },
  )
}

function codeFor(status: number, code: string | undefined): string {
  if (status === 401) return 'clickhouse-credentials'
  if (status === 403) return 'clickhouse-forbidden'
  return code ?? `http-${status}`
}

function remedyFor(status: number, code: string | undefined, words: string): string {
  if (code === 'FAILED_DEPENDENCY') return remedyForState(/Current state: ([a-z_]+)/i.exec(words)?.[1])
  if (code === 'CONFLICT')
    return 'Another change of the same service or organization is under way. Run the command again in a few minutes.'
  if (code === 'BAD_REQUEST')
    return 'Someone may have changed the list at the same moment. Run the command again: it reads the list first. If it stays so, ask ClickHouse support with the request id.'
  if (status === 401) {
    return 'Check the API key of this organization, and whether its IP access list admits the jobs process.'
  }
  if (status === 403) {
    return 'Give the API key the Admin role in this organization, and check whether its IP access list admits the jobs process.'
  }
  if (status === 404) return 'Check the organization id in the configuration file, and that the service still exists.'
  if (status === 429 || status >= 500) return 'ClickHouse Cloud is busy or has a fault. Run the command again in a few minutes.'
  return 'Ask ClickHouse support with the request id.'
}

function remedyForState(state: string | undefined): string {
  const is = `The service is ${state === undefined ? 'not in a state for this' : cleanText(state, 40)}.`
  if (/^(terminat|softdelet)/i.test(state ?? '')) return `${is} It is being deleted, so nothing can be changed in it any more.`
  if (/^(provisioning|starting|awaking|partially_running|stopping)$/i.test(state ?? ''))
    return `${is} Wait until that is over, then run the command again.`
  return `${is} Start or wake it (a connection wakes an idle one), then run the command again.`
}
