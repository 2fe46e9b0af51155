import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError } from '../domain/errors.ts'

/** A `RetryableError` is tried again this often, after what the vendor asks for or else 0.5, 1, 2, 4, 8 s. */
const attempts = 6

/** Repeats work that may pass; the last failure is thrown. */
export async function retrying<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof RetryableError) || attempt === attempts) throw error
      await sleep(error.retryAfterMs ?? 250 * 2 ** attempt, undefined, { signal })
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
