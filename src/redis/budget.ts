import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../log.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** ClickHouse Cloud's documented limit for each API key. */
const calls = 10
const seconds = 10

/** What a call is made for. */
export type Purpose = 'diagnosis' | 'request' | 'background'

/**
 * How many of the calls in a window each purpose may have used up. A diagnosis, for which a person waits, needs two: they are kept for it. The
 * background's reading leaves most to requests.
 */
const shares: Readonly<Record<Purpose, number>> = { diagnosis: calls, request: calls - 2, background: calls - 4 }

const spending = new AsyncLocalStorage<Purpose>()

/** Makes the calls of this work count as ones for this purpose. Without it, a call may use the whole budget. */
export async function spendAs<T>(purpose: Purpose, work: () => Promise<T>): Promise<T> {
  return await spending.run(purpose, work)
}

/** How long a call waits for Redis to answer; after that it goes out uncounted. */
const answerWithinMs = 1_000

/**
 * Counts calls in a sliding window. The library's own script uses a fixed window, which lets twice as many calls through around its end. The window is
 * 250 ms longer than the vendor's, because two calls do not take equally long to arrive. Returns the count with this call, and the milliseconds until so many
 * calls have left the window that a refused one may ask again.
 */
const slidingWindow = `
local sent, duration, limit = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window = duration * 1000 + 250
redis.call('ZREMRANGEBYSCORE', sent, '-inf', now - window)
local count = redis.call('ZCARD', sent)
if count >= limit then
  local oldest = redis.call('ZRANGE', sent, count - limit, count - limit, 'WITHSCORES')
  return {count + 1, oldest[2] + window - now}
end
redis.call('ZADD', sent, now, clock[1] .. '.' .. clock[2] .. '.' .. count)
redis.call('PEXPIRE', sent, window)
return {count + 1, window}
`

/**
 * One budget for each API key, shared by all processes. `take` resolves when the call may go out, and rejects when `signal` aborts. While Redis does not
 * answer, calls go out uncounted, and the client waits as long as the vendor's 429 says.
 */
export function redisBudget(redis: Connection, log: Log): { take(keyId: string, signal: AbortSignal): Promise<void> } {
  const limiterOf = (points: number) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${prefix}:budget`,
      points,
      duration: seconds,
      customIncrTtlLuaScript: slidingWindow,
    })
  // They count the same calls, and differ in how many they let through.
  const limiters = {
    diagnosis: limiterOf(shares.diagnosis),
    request: limiterOf(shares.request),
    background: limiterOf(shares.background),
  } satisfies Record<Purpose, RateLimiterRedis>
  /** Milliseconds to wait; undefined when the call may go out. */
  const consume = async (key: string): Promise<number | undefined> => {
    const late = new AbortController()
    try {
      await Promise.race([limiters[spending.getStore() ?? 'diagnosis'].consume(key), tooLate(late.signal)])
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
      const key = createHash('sha256').update(keyId).digest('hex').slice(0, 16)
      for (let waitMs = await consume(key); waitMs !== undefined; waitMs = await consume(key)) {
        await sleep(waitMs, undefined, { signal })
      }
    },
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await sleep(answerWithinMs, undefined, { signal })
  throw new Error('Redis did not answer in time.')
}
