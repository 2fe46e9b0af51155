import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError } from '../domain/errors.ts'

/** A `RetryableError` is tried again this often, or for as long as it says, after what the vendor asks for or else 0.5, 1, 2, 4, 8, 15, 15 … s. */
const attempts = 6
const longestPauseMs = 15_000

/** Repeats work that may pass; the last failure is thrown. */
export async function retrying<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  const startedAt = performance.now()
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error
      if (attempt >= attempts && performance.now() - startedAt >= (error.patienceMs ?? 0)) throw error
      await sleep(error.retryAfterMs ?? Math.min(250 * 2 ** attempt, longestPauseMs), undefined, { signal })
    }
  }
}

/** Looks again, at growing intervals of at most `everyMs`, until something is seen. Nothing after `withinMs`. */
export async function until<Value>(
  look: () => Promise<Value | undefined>,
  { everyMs, withinMs }: { everyMs: number; withinMs: number },
  signal: AbortSignal,
): Promise<Value | undefined> {
  const deadline = performance.now() + withinMs
  for (let pause = Math.min(100, everyMs); ; pause = Math.min(pause * 2, everyMs)) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (performance.now() + pause > deadline) return undefined
    await sleep(pause, undefined, { signal })
  }
}
