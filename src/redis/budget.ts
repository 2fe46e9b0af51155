import { AsyncLocalStorage } from 'node:async_hooks'
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

/** What a call is made for. */
export type Purpose = 'diagnosis' | 'request' | 'background'

/**
 * A diagnosis, for which a person waits, needs two calls: requests leave them for it by making no more than eight in a window of their own. The
 * background makes a call only while fewer than six were made, whoever made them.
 */
const shares = { ofRequests: calls - 2, beforeBackground: calls - 4 }

/** How the script knows the purpose: as the number of points that a call consumes. */
const marks = { diagnosis: 1, request: 2, background: 3 } as const satisfies Record<Purpose, number>

const spending = new AsyncLocalStorage<Purpose>()

/** Makes the calls of this work count as ones for this purpose. Without it, a call may use the whole budget. */
export async function spendAs<T>(purpose: Purpose, work: () => Promise<T>): Promise<T> {
  return await spending.run(purpose, work)
}

/** How long a call waits for Redis to answer; after that it goes out uncounted. */
const answerWithinMs = 1_000

/**
 * Counts calls in a sliding window. The library's own script uses a fixed window, which lets twice as many calls through around its end. The window is
 * 250 ms longer than the vendor's, because two calls do not take equally long to arrive. Returns the count with this call, or one
 * above the limit where it is refused, and the milliseconds until so many calls have left the window that it may ask again.
 */
const slidingWindow = `
local sent, purpose, duration, limit = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window = duration * 1000 + 250
redis.call('ZREMRANGEBYSCORE', sent, '-inf', now - window)
local all = redis.call('ZRANGE', sent, 0, -1, 'WITHSCORES')
local counted, most = {}, limit
for i = 1, #all, 2 do counted[#counted + 1] = all[i + 1] end
local count = #counted
local function waitFor(moments, allowed)
  if #moments < allowed then return nil end
  return moments[#moments - allowed + 1] + window - now
end
if purpose == ${marks.background} then most = ${shares.beforeBackground} end
local wait = waitFor(counted, most)
if purpose == ${marks.request} then
  local own = {}
  for i = 1, #all, 2 do
    if string.sub(all[i], -2) == '.${marks.request}' then own[#own + 1] = all[i + 1] end
  end
  local ownWait = waitFor(own, ${shares.ofRequests})
  if ownWait and (not wait or ownWait > wait) then wait = ownWait end
end
if wait then return {limit + 1, wait} end
redis.call('ZADD', sent, now, clock[1] .. '.' .. clock[2] .. '.' .. count .. '.' .. purpose)
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
  purpose(): Purpose
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
  /** So that an outage of Redis is told once, not for each call. */
  let isCounting = true
  const counting = (is: boolean, err?: unknown): void => {
    if (is === isCounting) return
    isCounting = is
    if (is) log.info('calls to the ClickHouse Cloud API are counted again')
    else log.warn({ err }, 'calls to the ClickHouse Cloud API are not counted')
  }
  const purpose = (): Purpose => spending.getStore() ?? 'diagnosis'
  /** Milliseconds to wait; undefined when the call may go out. */
  const consume = async (key: string): Promise<number | undefined> => {
    const late = new AbortController()
    try {
      await Promise.race([limiter.consume(key, marks[purpose()]), tooLate(late.signal)])
      counting(true)
      return undefined
    } catch (refusal) {
      const isRefused = refusal instanceof RateLimiterRes
      counting(isRefused, refusal)
      return isRefused ? refusal.msBeforeNext : undefined
    } finally {
      late.abort()
    }
  }
  return {
    purpose,
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
