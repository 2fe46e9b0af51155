import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../log.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** What the keys of all budgets begin with. */
export const budgetKey = `${prefix}:budget`

/** ClickHouse Cloud's documented limit for each API key. */
const calls = 10
const seconds = 10

/** How long a call waits for Redis to answer; after that it goes out uncounted. */
const answerWithinMs = 1_000

/**
 * Counts calls in a sliding window. The library's own script uses a fixed window, which lets twice as many calls through around its end. The window is
 * 250 ms longer than the vendor's, because two calls do not take equally long to arrive. Returns the count with this call, and the milliseconds until a
 * refused call may ask again.
 */
const slidingWindow = `
local sent, duration, limit = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window = duration * 1000 + 250
redis.call('ZREMRANGEBYSCORE', sent, '-inf', now - window)
local count = redis.call('ZCARD', sent)
if count >= limit then
  local oldest = redis.call('ZRANGE', sent, 0, 0, 'WITHSCORES')
  return {count + 1, oldest[2] + window - now}
end
redis.call('ZADD', sent, now, clock[1] .. '.' .. clock[2] .. '.' .. count)
redis.call('PEXPIRE', sent, window)
return {count + 1, window}
`

/** How many calls are in the window. */
const countSent = `
local sent, duration = KEYS[1], tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
return redis.call('ZCOUNT', sent, now - duration * 1000 - 250, '+inf')
`

/** The key itself is half of a secret. */
function hashOf(keyId: string): string {
  return createHash('sha256').update(keyId).digest('hex').slice(0, 16)
}

/**
 * One budget for each API key, shared by all processes. `take` resolves when the call may go out, and rejects when `signal` aborts. While Redis does not
 * answer, calls go out uncounted, and the client waits as long as the vendor's 429 says.
 */
export function redisBudget(
  redis: Connection,
  log: Log,
): {
  take(keyId: string, signal: AbortSignal): Promise<void>
  /** How many calls may go out at once with this key. Counts none. */
  left(keyId: string): Promise<number>
} {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: budgetKey,
    points: calls,
    duration: seconds,
    customIncrTtlLuaScript: slidingWindow,
  })
  /** Milliseconds to wait; undefined when the call may go out. */
  const consume = async (key: string): Promise<number | undefined> => {
    const late = new AbortController()
    try {
      await Promise.race([limiter.consume(key), tooLate(late.signal)])
      return undefined
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext
      log.warn({ err: refusal }, 'calls to the ClickHouse Cloud API are not counted')
      return undefined
    } finally {
      late.abort()
    }
  }
  return {
    async take(keyId, signal) {
      const key = hashOf(keyId)
      for (let waitMs = await consume(key); waitMs !== undefined; waitMs = await consume(key)) {
        await sleep(waitMs, undefined, { signal })
      }
    },
    async left(keyId) {
      return calls - Number(await redis.eval(countSent, 1, limiter.getKey(hashOf(keyId)), seconds))
    },
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await sleep(answerWithinMs, undefined, { signal })
  throw new Error('Redis did not answer in time.')
}
