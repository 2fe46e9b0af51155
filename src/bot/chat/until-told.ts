import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError } from '../../domain/errors.ts'
import type { Log } from '../../log.ts'

/** For so long an answer is tried again while its chat takes none, in milliseconds. */
const tryForMs = 10 * 60_000
/** Pauses double from the first to the longest. What is added by chance keeps many from coming back at the same moment. In milliseconds. */
const [firstPauseMs, longestPauseMs, jitterMs] = [500, 30_000, 1_000]

/**
 * Repeats an answer to one person while what stands in its way passes, at most for ten minutes. `attempt` gives what it failed with, nothing when the answer
 * arrived. When the bot stops, the answer is lost. Throws what `attempt` throws.
 */
export async function untilTold(
  attempt: () => Promise<readonly unknown[]>,
  { user, closing, log }: { readonly user: string; readonly closing: AbortSignal; readonly log: Log },
): Promise<void> {
  const startedAt = performance.now()
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const failures = await attempt()
    if (failures.length === 0) return
    const passing = failures.find((each) => each instanceof RetryableError)
    if (passing === undefined || closing.aborted || performance.now() - startedAt > tryForMs)
      return log.error({ err: failures.at(-1), user }, 'an answer did not arrive at all')
    const waitMs = Math.max(pauseMs, Math.min(passing.retryAfterMs ?? 0, longestPauseMs))
    await sleep(waitMs + Math.random() * jitterMs, undefined, { signal: closing }).catch(() => undefined)
  }
}
