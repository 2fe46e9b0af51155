import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { connect } from '../../../src/redis/connection.ts'
import { announce } from '../../../src/redis/presence.ts'
import { turnSchema, watchQueue } from '../../../src/redis/queues.ts'
import { redisProblem } from '../../../src/redis/readiness.ts'
import { startWorker } from '../../../src/redis/worker.ts'

/** What readiness is made of, while Redis is there, when it goes, and when the process stops. */

const log = pino({ level: 'silent' })
let server: RedisServer
beforeEach(async () => {
  server = await startRedis()
})
afterEach(async () => await server.close())

test('a worker says why it takes no jobs', async () => {
  const options = {
    redisUrl: server.url,
    queue: watchQueue,
    schema: turnSchema,
    concurrency: 1,
    log,
    handle: async () => undefined,
  }
  const worker = await startWorker(options)
  const another = await startWorker(options)
  expect(worker.problem()).toBeUndefined()
  const closing = worker.close()
  expect(worker.problem()).toBe('is stopping')
  await closing
  await server.close()
  await expect.poll(() => another.problem()).toBe('has no connection to Redis')
  await another.close()
})

test('a heartbeat that Redis does not take any more is said, at once where the connection is gone', async () => {
  const redis = connect(server.url, { patient: true })
  redis.on('error', () => undefined)
  const announced = await announce(redis, 'prod', '1.0.0', log)
  expect(announced.problem()).toBeUndefined()
  expect(announced.age()).toBeLessThan(5)
  await server.close()
  await expect.poll(() => announced.problem()).toBe('is not connected')
  // A process whose Redis is away stops all the same.
  await announced.close()
  redis.disconnect()
})

test('a Redis that is away is said without a command that waits for it', async () => {
  const redis = connect(server.url, { patient: true })
  redis.on('error', () => undefined)
  await expect.poll(() => redisProblem(redis, 'jobs')).toBeUndefined()
  await server.close()
  await expect.poll(() => redisProblem(redis, 'jobs')).toBe('does not answer')
  const before = performance.now()
  for (let look = 0; look < 20; look++) expect(await redisProblem(redis, 'bot')).toBe('does not answer')
  // Each look that waited would take half a second.
  expect(performance.now() - before).toBeLessThan(5_000)
  redis.disconnect()
})
