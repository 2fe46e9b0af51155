import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../log.ts'
import type { Connection } from './connection.ts'
import { limitKey } from './queues.ts'

/** Bounds how often something is done for each key, counted over all processes. */
export interface Limit {
  /** Counts once and returns 0 when it may be done, else the milliseconds until it may. Returns 0 while Redis does not answer. */
  take(key: string): Promise<number>
}

export function redisLimit(
  redis: Connection,
  { name, times, seconds }: { readonly name: string; readonly times: number; readonly seconds: number },
  log: Log,
): Limit {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: limitKey(name),
    points: times,
    duration: seconds,
  })
  return {
    async take(key) {
      try {
        await limiter.consume(key)
        return 0
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext)
        log.warn({ err: refusal, limit: name }, 'a limit is not kept')
        return 0
      }
    },
  }
}
