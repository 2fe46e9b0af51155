import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError } from '../../domain/errors.ts'

/** How fast a chat takes messages, by key, all bot processes together. */
export interface Turns {
  /** 0 when it is this one's turn, else the milliseconds until it may ask again. */
  take(key: string): Promise<number>
  /** The chat asked to wait for so long. */
  pause(key: string, waitMs: number): Promise<void>
}

/** A turn that comes within this time, in milliseconds, is waited for. */
const longestTurnMs = 2_000

/**
 * Waits a moment for its turn. A longer wait is a `RetryableError` (`paced`): the outbox's queue waits, and newer states of the same message catch up with
 * it there. When the chat itself asks to wait, everybody does.
 */
export async function inTurn<T>(turns: Turns, key: string, action: () => Promise<T>): Promise<T> {
  for (let waitMs = await turns.take(key); waitMs > 0; waitMs = await turns.take(key)) {
    if (waitMs > longestTurnMs) {
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
