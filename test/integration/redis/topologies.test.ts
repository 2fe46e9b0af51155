import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { RedisAddress } from '../../../src/config/redis.ts'
import { type Connection, connect, serverIdOf } from '../../../src/redis/connection.ts'
import { prefix } from '../../../src/redis/queues.ts'
import { startWorker } from '../../../src/redis/worker.ts'
import { type Failing, startCluster, startSentinels } from '../../redis-servers.ts'

/** Work goes on through a failover: what was answered is there. */

let redis: Failing
const open: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
  await redis.close()
})

const log = pino({ level: 'silent' })

function addressOf({ environment }: Failing): RedisAddress {
  const { REDIS_URL: url = '', REDIS_SENTINEL_NAME: sentinelName } = environment('jobs')
  return sentinelName === undefined ? url : { url, sentinelName }
}

/** A refusal is an answer too: the write was not carried out, and whoever asked for it asks again. */
async function insist<Result>(write: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOREPLICAS'))) throw error
      await sleep(100)
    }
  }
}

function connection(patient = true): Connection {
  const made = connect(addressOf(redis), { patient })
  made.on('error', () => undefined)
  open.push(() => made.disconnect())
  return made
}

const topologies = { sentinels: () => startSentinels(), 'a cluster': () => startCluster(`${prefix}:any`) } as const
/** The first two are the sample of `npm test`; `EVERY_FAILOVER=1` for the whole. */
const every = [
  ['sentinels', 'handOver'],
  ['a cluster', 'kill'],
  ['sentinels', 'kill'],
  ['a cluster', 'handOver'],
] as const
const cases = process.env.EVERY_FAILOVER === '1' ? every : every.slice(0, 2)

test.each(cases)(
  'with %s, when the master is to %s, what was answered is kept, and every job is done',
  { timeout: 150_000 },
  async (topology, way) => {
    redis = await topologies[topology]()
    const client = connection()
    const done = new Set<number>()
    const worker = await startWorker({
      redisUrl: addressOf(redis),
      queue: 'work',
      schema: z.object({ number: z.number() }),
      concurrency: 5,
      log,
      handle: async ({ data: { number } }) => {
        await sleep(50)
        done.add(number)
      },
    })
    open.push(() => worker.close())
    const queue = new Queue('work', { connection: connection(), prefix })
    queue.on('error', () => undefined)
    open.push(() => queue.close())

    const key = `${prefix}:requests:written`
    const answered: string[] = []
    let over = false
    const writing = (async () => {
      for (let count = 0; !over; count++) {
        await insist(() => client.eval("return redis.call('SADD', KEYS[1], ARGV[1])", 1, key, String(count)))
        answered.push(String(count))
        if (count % 10 === 0) await insist(() => queue.add('job', { number: count }, { attempts: 10, removeOnComplete: true }))
        await sleep(2)
      }
    })()
    await sleep(500)
    const [server, ...others] = new Set(await Promise.all(Array.from({ length: 10 }, () => serverIdOf(client))))
    expect(others).toEqual([])
    expect(server).toMatch(/^[0-9a-f]{40}$/)
    await redis[way]()
    const before = answered.length
    await expect.poll(() => answered.length, { timeout: 40_000 }).toBeGreaterThan(before + 50)
    over = true
    await writing
    // By this the bot notices a failover, and shows every open request anew.
    expect(await serverIdOf(client)).toMatch(/^[0-9a-f]{40}$/)
    expect(await serverIdOf(client)).not.toBe(server)
    const kept = new Set(await client.smembers(key))
    // Replication is asynchronous: a sudden death can take the last answer with it.
    const mostLost = way === 'kill' ? 1 : 0
    expect(answered.filter((each) => !kept.has(each)).length).toBeLessThanOrEqual(mostLost)
    const added = answered.map(Number).filter((count) => count % 10 === 0)
    await expect.poll(() => added.filter((count) => !done.has(count)).length, { timeout: 60_000 }).toBeLessThanOrEqual(mostLost)
  },
)
