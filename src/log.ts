import { type Logger, pino } from 'pino'

export type Log = Logger

/** JSON lines on standard output. Every occurrence of a secret is masked in the finished line, whatever object or error it came in. */
export function createLog(name: string, secrets: readonly string[] = []): Log {
  const needles = secrets
    .filter((secret) => secret.length >= 6)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  return pino({
    name,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    hooks: { streamWrite: (line) => needles.reduce((text, needle) => text.replaceAll(needle, '[secret]'), line) },
  })
}
