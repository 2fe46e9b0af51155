import { noWatchState, type Sample, type Watch, type WatchState } from '../domain/watch.ts'
import type { Connection } from './connection.ts'
import { prefix } from './queues.ts'

export const watchesKeys = { all: `${prefix}:watches`, number: `${prefix}:watches:number` }

/** What the keys of one watch begin with. */
export function watchKey(id: string): string {
  return `${prefix}:watch:${id}`
}

/** Samples are kept for a day. */
const keptMs = 24 * 3_600_000

/** Counts and writes in one step: two people who save at the same time cannot both take the last place. Returns 1 when it wrote, else 0. */
const saveIfRoom = `
local watches, id, watch, most = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
if redis.call('HEXISTS', watches, id) == 0 and redis.call('HLEN', watches) >= most then return 0 end
redis.call('HSET', watches, id, watch)
return 1
`

export interface Watches {
  nextId(): Promise<string>
  all(): Promise<readonly Watch[]>
  get(id: string): Promise<Watch | undefined>
  /** Writes a watch and returns true; returns false when it is new and `most` others are stored already. */
  save(watch: Watch, most: number): Promise<boolean>
  remove(id: string): Promise<void>
  stateOf(id: string): Promise<WatchState>
  /** Stores a new sample and the state after it. Stores nothing for a watch that was removed. */
  record(id: string, state: WatchState, sample: Sample): Promise<void>
  /** The samples of the last 24 hours, oldest first. */
  samples(id: string): Promise<readonly Sample[]>
}

export function redisWatches(redis: Connection): Watches {
  const { all: allKey, number: numberKey } = watchesKeys
  const stateKey = (id: string) => `${watchKey(id)}:state`
  const samplesKey = (id: string) => `${watchKey(id)}:samples`
  return {
    async nextId() {
      return `WT-${await redis.incr(numberKey)}`
    },
    async all() {
      return Object.values(await redis.hgetall(allKey)).map((text) => JSON.parse(text))
    },
    async get(id) {
      const text = await redis.hget(allKey, id)
      return text === null ? undefined : JSON.parse(text)
    },
    async save(watch, most) {
      return (await redis.eval(saveIfRoom, 1, allKey, watch.id, JSON.stringify(watch), most)) === 1
    },
    async remove(id) {
      await redis.hdel(allKey, id)
      await redis.del(stateKey(id), samplesKey(id))
    },
    async stateOf(id) {
      const text = await redis.get(stateKey(id))
      return text === null ? noWatchState : JSON.parse(text)
    },
    async record(id, state, sample) {
      if ((await redis.hexists(allKey, id)) === 0) return
      const at = Date.parse(sample.at)
      await redis.set(stateKey(id), JSON.stringify(state), 'PX', 7 * keptMs)
      await redis.zadd(samplesKey(id), at, JSON.stringify(sample))
      await redis.zremrangebyscore(samplesKey(id), '-inf', at - keptMs)
      await redis.pexpire(samplesKey(id), keptMs)
    },
    async samples(id) {
      const texts = await redis.zrangebyscore(samplesKey(id), Date.now() - keptMs, '+inf')
      return texts.map((text) => JSON.parse(text))
    },
  }
}
