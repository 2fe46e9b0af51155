import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { RetryableError } from '../../../src/domain/errors.ts'
import { createLog } from '../../../src/log.ts'
import { connect } from '../../../src/redis/connection.ts'
import { createProducer } from '../../../src/redis/producer.ts'
import { outboxQueue, outboxSchema } from '../../../src/redis/queues.ts'
import { startWorker } from '../../../src/redis/worker.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => {
  await server.close()
})

test('the next attempt of a job has what this one has kept, and the next job nothing', async () => {
  const redis = connect(server.url, { patient: true })
  const producer = createProducer(redis)
  const seen: unknown[] = []
  const worker = await startWorker({
    redisUrl: server.urlFor('bot'),
    queue: outboxQueue,
    schema: outboxSchema,
    concurrency: 1,
    log: createLog('bot'),
    async handle({ progress, keep }) {
      seen.push(progress)
      if (seen.length > 1) return
      await keep({ told: 'Alice' })
      throw new RetryableError('paced', 'Later.', { remedy: '', retryAfterMs: 10 })
    },
  })
  try {
    await producer.show({ kind: 'request', id: 'PL-1' })
    await expect.poll(() => seen).toHaveLength(2)
    expect(seen[1]).toEqual({ told: 'Alice' })
    await expect
      .poll(async () => {
        await producer.show({ kind: 'request', id: 'PL-1' })
        return seen.length
      })
      .toBeGreaterThan(2)
    expect(seen[2]).toBe(seen[0])
  } finally {
    await worker.close()
    await producer.close()
    redis.disconnect()
  }
})
