import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../log.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** ClickHouse Cloud's documented limit for each API key. */
const calls = 10
const seconds = 10

/** A Redis that does not answer within this time keeps no call waiting. */
const answerWithinMs = 1_000

/**
 * A sliding window, where the library's own would let twice as many calls through around the end of a fixed one. It is a little longer than the
 * vendor's, because calls do not travel equally fast. Answers the count with this call, and the milliseconds until a refused one may ask again.
 */
const slidingWindow = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = ARGV[2] * 1000 + 250
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local count = redis.call('ZCARD', KEYS[1])
if count >= tonumber(ARGV[3]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return {count + 1, oldest[2] + window - now}
end
redis.call('ZADD', KEYS[1], now, time[1] .. '.' .. time[2] .. '.' .. count)
redis.call('PEXPIRE', KEYS[1], window)
return {count + 1, window}
`

/**
 * One budget for each API key, held by all processes together. Never stands in the way for long: without Redis calls go out as they come, and the
 * vendor's own 429 is waited for.
 */
export function redisBudget(redis: Connection, log: Log): { take(keyId: string, signal: AbortSignal): Promise<void> } {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `${prefix}:budget`,
    points: calls,
    duration: seconds,
    customIncrTtlLuaScript: slidingWindow,
  })
  /** How long to wait; nothing when the call may go. */
  const consume = async (key: string): Promise<number | undefined> => {
    const late = new AbortController()
    try {
      await Promise.race([limiter.consume(key), tooLate(late.signal)])
      return undefined
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext
      log.warn({ err: refusal }, 'the budget of the ClickHouse Cloud API is not shared')
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
