import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { createLog } from '../../../src/log.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { createProducer } from '../../../src/redis/producer.ts'
import { outboxQueue, outboxSchema } from '../../../src/redis/queues.ts'
import { startWorker } from '../../../src/redis/worker.ts'

/** A worker knows whether its job is still its own. */

let server: RedisServer
let redis: Connection
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.url, { patient: true })
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})

test('a job is this worker’s until its lock is gone, or another’s', async () => {
  const producer = createProducer(redis)
  const { promise: seen, resolve } = Promise.withResolvers<readonly boolean[]>()
  const worker = await startWorker({
    redisUrl: server.urlFor('bot'),
    queue: outboxQueue,
    schema: outboxSchema,
    concurrency: 1,
    log: createLog('bot'),
    async handle({ id, isOurs }) {
      const key = `{privatelink}:outbox:${id}:lock`
      const answers = [await isOurs()]
      const own = (await redis.get(key)) ?? ''
      await redis.set(key, 'of another worker')
      answers.push(await isOurs())
      await redis.del(key)
      answers.push(await isOurs())
      await redis.set(key, own)
      resolve([...answers, await isOurs()])
    },
  })
  try {
    await producer.show({ kind: 'request', id: 'PL-1' })
    expect(await seen).toEqual([true, false, false, true])
  } finally {
    await worker.close()
    await producer.close()
  }
})
