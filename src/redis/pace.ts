import type { Log } from '../log.ts'
import type { Connection } from './connection.ts'
import { limitKey } from './queues.ts'

/** `burst` at once, then one every `everyMs` milliseconds (a whole number). */
export interface Rate {
  readonly burst: number
  readonly everyMs: number
}

/** How fast a vendor takes something, by key, whichever process does it. */
export interface Pace {
  /**
   * Counts one more: 0 when it may be done, else the milliseconds until it may. One that `yields` leaves a third of each burst to others. While Redis does not
   * answer, everything may.
   */
  take(key: string, yields?: boolean): Promise<number>
  /** The vendor asked to wait for so long: nobody is let through until then. */
  pause(key: string, waitMs: number): Promise<void>
}

/**
 * One leaky bucket for each rate: its key holds when all that was counted will have drained, by the server's clock. One more is counted in every bucket,
 * or in none. A pause is a key of its own that expires. ARGV holds burst and interval of each bucket in turn.
 */
const takeOne = `
local pause = KEYS[1]
local paused = redis.call('PTTL', pause)
if paused > 0 then return paused end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local drained, wait = {}, 0
for at = 2, #KEYS do
  local bucket, burst, every = KEYS[at], tonumber(ARGV[2 * at - 3]), tonumber(ARGV[2 * at - 2])
  drained[at] = math.max(tonumber(redis.call('GET', bucket) or '0'), now)
  wait = math.max(wait, drained[at] - now - (burst - 1) * every)
end
if wait > 0 then return wait end
for at = 2, #KEYS do
  local bucket, every = KEYS[at], tonumber(ARGV[2 * at - 2])
  redis.call('SET', bucket, string.format('%.0f', drained[at] + every), 'PX', string.format('%.0f', drained[at] + every - now))
end
return 0
`

/** What every one of the rates allows. */
export function redisPace(
  redis: Connection,
  { name, rates }: { readonly name: string; readonly rates: readonly Rate[] },
  log: Log,
): Pace {
  const keyOf = (key: string) => `${limitKey(name)}:${key}`
  const pauseOf = (key: string) => `${keyOf(key)}:pause`
  return {
    async take(key, yields = false) {
      const limits = rates.flatMap(({ burst, everyMs }) => [yields ? Math.ceil((burst * 2) / 3) : burst, everyMs])
      const buckets = rates.map(({ everyMs }) => `${keyOf(key)}:${everyMs}`)
      try {
        return Number(await redis.eval(takeOne, 1 + buckets.length, pauseOf(key), ...buckets, ...limits))
      } catch (error) {
        log.warn({ err: error, limit: name }, 'a limit is not kept')
        return 0
      }
    },
    async pause(key, waitMs) {
      try {
        await redis.set(pauseOf(key), '', 'PX', Math.ceil(waitMs))
      } catch (error) {
        log.warn({ err: error, limit: name }, 'a pause is not kept')
      }
    },
  }
}
