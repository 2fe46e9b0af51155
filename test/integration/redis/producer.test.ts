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

async function takenInOrder(count: number): Promise<readonly string[]> {
  const taken: string[] = []
  const worker = await startWorker({
    ...{ redisUrl: server.url, queue: workQueue, schema: workSchema, concurrency: 1, log: pino({ level: 'silent' }) },
    handle: async ({ data }) => void taken.push(data.id),
  })
  await expect.poll(() => taken).toHaveLength(count)
  await worker.close()
  return taken
}

test('work is taken in the order in which it was asked for, and what is asked for as the first at once', async () => {
  for (const id of ['PL-1', 'PL-2', 'PL-3']) await producer.work({ kind: 'request', id })
  await producer.work({ kind: 'request', id: 'PL-4' }, { first: true })
  expect(await takenInOrder(4)).toEqual(['PL-4', 'PL-1', 'PL-2', 'PL-3'])
})

test('what is asked for behind other work is taken after it, also when that came later', async () => {
  for (const [behind, id] of ['PL-11', 'PL-12', 'PL-13'].entries()) await producer.work({ kind: 'request', id }, { behind })
  await producer.work({ kind: 'request', id: 'PL-14' }, { behind: 0 })
  await producer.work({ kind: 'request', id: 'PL-15' }, { behind: 1 })
  expect(await takenInOrder(5)).toEqual(['PL-11', 'PL-14', 'PL-12', 'PL-15', 'PL-13'])
})

test('what has waited behind other work for long goes ahead of what comes later', async () => {
  const item = { kind: 'request', id: 'PL-16' } as const
  await producer.work(item, { behind: 5 })
  await producer.work({ kind: 'request', id: 'PL-17' })
  await producer.hurry(item)
  await producer.hurry(item)
  await producer.work({ kind: 'request', id: 'PL-18' })
  expect(await takenInOrder(3)).toEqual(['PL-17', 'PL-16', 'PL-18'])
})

test('work that waits behind other work counts as waiting', async () => {
  const item = { kind: 'request', id: 'PL-21' } as const
  await producer.work(item, { behind: 3 })
  expect(await producer.isAwake(item)).toBe(true)
  expect(await takenInOrder(1)).toEqual(['PL-21'])
})

test('a job that is in no list, while its deduplication key is left, is seen and added anew', async () => {
  const item = { kind: 'request', id: 'PL-1' } as const
  await producer.work(item)
  expect(await producer.isAwake(item)).toBe(true)
  await redis.del(`{privatelink}:${workQueue}:wait`)
  expect(await producer.isAwake(item)).toBe(false)
  await producer.rouse(item)
  expect(await producer.isAwake(item)).toBe(true)

  expect(await takenInOrder(1)).toEqual(['PL-1'])
})

test('a job that waits is not added twice', async () => {
  const item = { kind: 'request', id: 'PL-2' } as const
  await producer.work(item)
  await producer.work(item)
  expect(await redis.llen(`{privatelink}:${workQueue}:wait`)).toBe(1)
})
