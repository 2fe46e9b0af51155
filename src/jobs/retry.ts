import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError, TerminalError } from '../domain/errors.ts'

/**
 * A `RetryableError` ends the work when it comes for the sixth time, by its code, or when its `retryForMs` is over if that is later. So an error that
 * comes once does not end work that was throttled before. The pause is the vendor's `Retry-After`, else
 * 0.5, 1, 2, 4, 8, 15, 15 … s.
 */
const mostTimes = 6
const longestPauseMs = 15_000

/**
 * Repeats work that fails with a `RetryableError`, within the limits above; throws the last failure, and any other error at once. `pausing` is told before each
 * pause, with its length in milliseconds.
 */
export async function retrying<Value>(
  work: () => Promise<Value>,
  signal: AbortSignal,
  pausing: (error: RetryableError, pauseMs: number) => Promise<void> = async () => undefined,
): Promise<Value> {
  const startedAt = performance.now()
  const times = new Map<string, number>()
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error
      const time = (times.get(error.code) ?? 0) + 1
      times.set(error.code, time)
      if (time >= mostTimes && performance.now() - startedAt >= (error.retryForMs ?? 0)) throw error
      const pauseMs = error.retryAfterMs ?? Math.min(250 * 2 ** attempt, longestPauseMs)
      await pausing(error, pauseMs)
      await sleep(pauseMs, undefined, { signal })
    }
  }
}

/** `retrying`, with its signal and whoever is told of pauses. */
export type Patiently = <Value>(work: () => Promise<Value>) => Promise<Value>

/**
 * One part of a read that is repeated as a whole: the part is repeated by itself, and ends the whole when that was in vain. Of many parts that are asked for at
 * once one is nearly always refused while a vendor fails now and then, and the whole would never succeed.
 */
export async function repeatedAlone<Value>(patiently: Patiently, part: () => Promise<Value>): Promise<Value> {
  try {
    return await patiently(part)
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error
    const { code, message, remedy, vendorRequestId } = error
    throw new TerminalError(code, message, { cause: error, remedy, ...(vendorRequestId !== undefined && { vendorRequestId }) })
  }
}

/** The shortest pause of `until`, in milliseconds. */
const shortestPauseMs = 100

/**
 * Calls `observe` until it returns a value, with pauses of `share` of the time that has passed, which are at most `everyMs`. Returns undefined when `withinMs` is
 * over. Both in milliseconds.
 */
export async function until<Value>(
  observe: () => Promise<Value | undefined>,
  { everyMs, withinMs, share = 1 }: { everyMs: number; withinMs: number; share?: number },
  signal: AbortSignal,
): Promise<Value | undefined> {
  const startedAt = performance.now()
  for (;;) {
    const seen = await observe()
    if (seen !== undefined) return seen
    const passed = performance.now() - startedAt
    const pause = Math.min(Math.max(passed * share, shortestPauseMs), everyMs)
    if (passed + pause > withinMs) return undefined
    await sleep(pause, undefined, { signal })
  }
}
