import { type Logger, LogLevel } from '@slack/bolt'
import type { Log } from '../../log.ts'

/** Writes the log lines of Bolt and its clients to our log, without debug lines: these hold whole requests. */
export function boltLog(log: Log): Logger {
  const line = (parts: readonly unknown[]) => parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ')
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => log.debug(line(parts)),
    warn: (...parts: unknown[]) => log.warn(line(parts)),
    error: (...parts: unknown[]) => log.error(line(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  }
}
