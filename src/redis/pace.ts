import type { Log } from '../log.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

/** How fast a vendor takes something, by key, whichever process does it. */
export interface Pace {
  /** Counts one more: 0 when it may be done, else the milliseconds until it may. While Redis does not answer, everything may. */
  take(key: string): Promise<number>
  /** The vendor asked to wait for so long: nobody is let through until then. */
  pause(key: string, waitMs: number): Promise<void>
}

/**
 * A leaky bucket: the key holds when all that was counted will have drained, by the server's clock. A pause is a key of its own that goes away by itself.
 */
const takeOne = `
local paused = redis.call('PTTL', KEYS[2])
if paused > 0 then return paused end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local every = tonumber(ARGV[2])
local drained = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = drained - now - (tonumber(ARGV[1]) - 1) * every
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', drained + every), 'PX', drained + every - now)
return 0
`

/** `burst` at once, then one `everyMs` milliseconds. */
export function redisPace(
  redis: Connection,
  { name, burst, everyMs }: { readonly name: string; readonly burst: number; readonly everyMs: number },
  log: Log,
): Pace {
  const bucketOf = (key: string) => `${prefix}:limit:${name}:${key}`
  const pauseOf = (key: string) => `${bucketOf(key)}:pause`
  return {
    async take(key) {
      try {
        return Number(await redis.eval(takeOne, 2, bucketOf(key), pauseOf(key), burst, everyMs))
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
