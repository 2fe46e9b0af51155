import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { createProducer, type Producer } from '../../../src/redis/producer.ts'
import { workQueue, workSchema } from '../../../src/redis/queues.ts'
import { startWorker } from '../../../src/redis/worker.ts'

/** A job that is in no list any more, while its record and its deduplication key are left: nobody works on it, and a second one would count as a duplicate. */

let server: RedisServer
let redis: Connection
let producer: Producer
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.url, { patient: true })
  producer = createProducer(redis)
})
afterAll(async () => {
  await producer.close()
  redis.disconnect()
  await server.close()
})

test('is seen, and added anew', async () => {
  const item = { kind: 'request', id: 'PL-1' } as const
  await producer.work(item)
  expect(await producer.isAwake(item)).toBe(true)
  await redis.del(`{privatelink}:${workQueue}:wait`)
  expect(await producer.isAwake(item)).toBe(false)
  await producer.rouse(item)
  expect(await producer.isAwake(item)).toBe(true)

  const taken: string[] = []
  const worker = await startWorker({
    ...{ redisUrl: server.url, queue: workQueue, schema: workSchema, concurrency: 1, log: pino({ level: 'silent' }) },
    handle: async ({ data }) => void taken.push(data.id),
  })
  await expect.poll(() => taken).toEqual(['PL-1'])
  await worker.close()
})

test('one that waits is not added twice', async () => {
  const item = { kind: 'request', id: 'PL-2' } as const
  await producer.work(item)
  await producer.work(item)
  expect(await redis.llen(`{privatelink}:${workQueue}:wait`)).toBe(1)
})
