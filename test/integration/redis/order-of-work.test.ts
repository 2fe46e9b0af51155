import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { createProducer, type Producer } from '../../../src/redis/producer.ts'
import { workQueue, workSchema } from '../../../src/redis/queues.ts'
import { startWorker } from '../../../src/redis/worker.ts'

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

test('work is taken in the order in which it was asked for, and what is asked for as the first at once', async () => {
  for (const id of ['PL-1', 'PL-2', 'PL-3']) await producer.work({ kind: 'request', id })
  await producer.work({ kind: 'request', id: 'PL-4' }, { first: true })
  const taken: string[] = []
  const worker = await startWorker({
    ...{ redisUrl: server.url, queue: workQueue, schema: workSchema, concurrency: 1, log: pino({ level: 'silent' }) },
    handle: async ({ data }) => void taken.push(data.id),
  })
  await expect.poll(() => taken).toEqual(['PL-4', 'PL-1', 'PL-2', 'PL-3'])
  await worker.close()
})
