import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError } from '../../domain/errors.ts'

/** The rate at which a chat takes messages, by key, for all bot processes together. */
export interface Turns {
  /** 0 when the message may be sent now, else the milliseconds to wait before asking again. One that `yields` lets others go first. */
  take(key: string, yields?: boolean): Promise<number>
  /** Lets nobody send for so long, because the chat asked for it. */
  pause(key: string, waitMs: number): Promise<void>
}

/** Longest wait for a turn, in milliseconds, also when another message takes the turn that was waited for. */
const longestWaitMs = 2_000

/**
 * Runs the action when the rate allows it. Waits for a turn within two seconds; for a later one throws a `RetryableError` (`paced`), so that the
 * outbox's queue waits, and the message is then sent in its newest state. When the chat itself asks to wait, all processes wait.
 */
export async function inTurn<T>(turns: Turns, key: string, action: () => Promise<T>, yields = false): Promise<T> {
  const startedAt = performance.now()
  for (let waitMs = await turns.take(key, yields); waitMs > 0; waitMs = await turns.take(key, yields)) {
    if (performance.now() - startedAt + waitMs > longestWaitMs) {
      throw new RetryableError('paced', 'The chat takes no more messages for a moment.', {
        remedy: 'Wait.',
        retryAfterMs: waitMs,
      })
    }
    await sleep(waitMs)
  }
  try {
    return await action()
  } catch (error) {
    if (error instanceof RetryableError && error.retryAfterMs !== undefined) await turns.pause(key, error.retryAfterMs)
    throw error
  }
}
