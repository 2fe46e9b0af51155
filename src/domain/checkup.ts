import { RetryableError, TerminalError } from './errors.ts'

/** What `npm run doctor` asks, and what it finds. Pure shapes: each process contributes its own checks, and the doctor runs and prints them. */

/** `ok`: looked at, and well. `warn`: works, but not as it should. `fail`: something that people rely on does not work. `skipped`: not looked at, and why. */
export type CheckupLevel = 'ok' | 'warn' | 'fail' | 'skipped'

export interface CheckupResult {
  /** The stable word of a finding, e.g. `redis-evicts`; of what is well, what was looked at. */
  readonly code: string
  readonly level: CheckupLevel
  /** One line, without secrets. Text of vendors in it is cleaned when it is printed. */
  readonly text: string
  /** Who does what. Every `warn` and every `fail` has one. */
  readonly remedy?: string
}

/** Groups in the order in which people read them. */
export const checkupGroups = [
  'configuration',
  'Redis',
  'Slack',
  'Teams',
  'ClickHouse Cloud',
  'Azure',
  'diagnostics workers',
  'clock',
] as const
export type CheckupGroup = (typeof checkupGroups)[number]

/** One question. `run` changes nothing anywhere, and gives its answers in the order in which they are read. It may throw, or never end: that is a finding too. */
export interface Checkup {
  readonly group: CheckupGroup
  /** Completes "… could not be checked". */
  readonly name: string
  run(signal: AbortSignal): Promise<readonly CheckupResult[]>
}

/** How far this machine's clock is from another one's, in milliseconds; positive where ours is ahead. */
export interface ClockDifference {
  readonly source: string
  readonly aheadMs: number
}

/** What one process contributes. */
export interface CheckupPart {
  readonly checkups: readonly Checkup[]
  /** Clocks of the peers that this process talks to; asked together, because one clock that is wrong is one finding. */
  readonly clocks: readonly { readonly source: string; difference(signal: AbortSignal): Promise<ClockDifference | undefined> }[]
  close(): Promise<void>
}

export function ok(code: string, text: string): CheckupResult {
  return { code, level: 'ok', text }
}

export function skipped(code: string, text: string): CheckupResult {
  return { code, level: 'skipped', text }
}

export function warn(code: string, text: string, remedy: string): CheckupResult {
  return { code, level: 'warn', text, remedy }
}

export function fail(code: string, text: string, remedy: string): CheckupResult {
  return { code, level: 'fail', text, remedy }
}

/** A question that ended in an error. Our own errors say what to do; the text of any other stays out, because it may hold secrets. */
export function unchecked(what: string, error: unknown): CheckupResult {
  if (error instanceof TerminalError || error instanceof RetryableError)
    return fail(error.code, `${what} could not be checked: ${error.message}`, error.remedy)
  const kind = error instanceof Error ? error.name : typeof error
  return fail(
    'check-failed',
    `${what} could not be checked: it ended in an error that the doctor does not know (${kind}).`,
    'Run the doctor again; if it stays so, report it as a fault of the bot.',
  )
}
