import { type Logger, pino } from 'pino'
import { logFields } from './log-fields.ts'
import { traceIds } from './tracing.ts'

export type Log = Logger

/** What an error may say in a log. Its other properties stay out: SDK errors carry whole requests, headers included. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const code: unknown = Reflect.get(error, 'code')
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' && { code }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: describe(error.cause) }),
  }
}

/** Tokens that nobody configured: those that a cloud or a chat handed out. */
const tokens = /\b(Bearer |Basic |xox[a-z]-|xapp-)[\w.~+/=-]{8,}/g

/** JSON lines on standard output. Every occurrence of a secret is masked in the finished line, whatever object or error it came in. Each
 * line says for which request and step, and in which trace it was written, where it was in one. */
export function createLog(name: string, secrets: readonly string[] = []): Log {
  const options = {
    name,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...logFields(), ...traceIds() }),
    serializers: { err: describe },
    hooks: {
      streamWrite: masking(secrets),
    },
  }
  // Written at once: the last line before the end of a process would else overtake those before it.
  return pino(options, pino.destination({ dest: 1, sync: true }))
}

/** Masks every occurrence of these secrets, and of tokens that nobody configured. */
export function masking(secrets: readonly string[]): (text: string) => string {
  const needles = secrets
    .filter((secret) => secret.length >= 6)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  return (line) => needles.reduce((text, needle) => text.replaceAll(needle, '[secret]'), line).replaceAll(tokens, '$1[secret]')
}
