import type { Redis } from 'ioredis'
import type { AuditLine, StoredRequest } from './observed.ts'

/** Reads what the product keeps in Redis as it lies there, without the product's code. */

const prefix = '{privatelink}'
const places = { list: ['wait', 'active', 'paused'], sorted: ['delayed', 'prioritized', 'failed', 'waiting-children'] } as const

export interface Stored {
  readonly requests: readonly StoredRequest[]
  readonly audit: readonly AuditLine[]
  readonly unshown: readonly string[]
  readonly jobsLeft: Readonly<Record<string, number>>
}

/** `known`: those that need not be read again. */
export async function readRequests(redis: Redis, known: readonly StoredRequest[] = []): Promise<readonly StoredRequest[]> {
  const old = new Set(known.map(({ id }) => id))
  const ids = (await redis.zrange(`${prefix}:requests:all`, '0', '-1')).filter((id) => !old.has(id))
  const texts = ids.length === 0 ? [] : await redis.mget(ids.map((id) => `${prefix}:request:${id}`))
  return [...known, ...texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as StoredRequest]))]
}

export async function readStored(redis: Redis, networks: readonly string[]): Promise<Stored> {
  const lines = await redis.lrange(`${prefix}:audit:log`, 0, -1)
  return {
    requests: await readRequests(redis),
    audit: lines.map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)) as AuditLine),
    unshown: await redis.hkeys(`${prefix}:requests:unshown`),
    jobsLeft: await countJobs(redis, ['work', 'outbox', ...networks.map((network) => `probe-${network}`)]),
  }
}

/** Jobs of a request that wait, run or failed. The survey of the background comes back by itself, and is not counted. */
async function countJobs(redis: Redis, queues: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const queue of queues) {
    const key = (name: string) => `${prefix}:${queue}:${name}`
    const ids = [
      ...(await Promise.all(places.list.map((place) => redis.lrange(key(place), 0, -1)))).flat(),
      ...(await Promise.all(places.sorted.map((place) => redis.zrange(key(place), '0', '-1')))).flat(),
    ]
    for (const id of ids) {
      const data = await redis.hget(key(id), 'data')
      if (data === null || data.includes('"kind":"survey')) continue
      counts[queue] = (counts[queue] ?? 0) + 1
    }
  }
  return counts
}
