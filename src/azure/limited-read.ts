import { RetryableError } from '../domain/errors.ts'
import { throttledMs } from './error-words.ts'

/** How long a read that serves several may take, in milliseconds. It is nobody's own, so no caller's signal ends it. */
const usuallyMostMs = 60_000

/**
 * What `work` reads. Rejects with a `RetryableError` (`azure-slow`) when it takes longer: where few calls are left to a subscription, each waits for its turn,
 * so that it is as worth repeating as a call that Azure throttles.
 */
export async function limitedRead<Value>(work: (signal: AbortSignal) => Promise<Value>, mostMs = usuallyMostMs): Promise<Value> {
  const limit = AbortSignal.timeout(mostMs)
  try {
    return await work(limit)
  } catch (error) {
    if (!limit.aborted) throw error
    throw new RetryableError('azure-slow', `Azure did not answer within ${mostMs / 1_000} s, or few calls are left to it.`, {
      cause: error,
      remedy:
        'Wait some minutes and run it again. If it stays so, look what else reads this subscription, and at Azure’s status page.',
      retryForMs: throttledMs,
    })
  }
}
