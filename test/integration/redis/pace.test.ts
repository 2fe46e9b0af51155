import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { redisPace } from '../../../src/redis/pace.ts'

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

const log = pino({ level: 'silent' })

test('a burst at once, then as fast as it drains, by key', async () => {
  const pace = redisPace(redis, { name: 'posts', rates: [{ burst: 3, everyMs: 60_000 }] }, log)
  const taken = await Promise.all([1, 2, 3, 4].map(() => pace.take('C1')))
  expect(taken.slice(0, 3)).toEqual([0, 0, 0])
  expect(taken[3]).toBeGreaterThan(50_000)
  expect(taken[3]).toBeLessThanOrEqual(60_000)
  expect(await pace.take('C2')).toBe(0)
})

test('one that yields leaves a third of a burst to others', async () => {
  const pace = redisPace(redis, { name: 'yielding', rates: [{ burst: 6, everyMs: 60_000 }] }, log)
  for (const _ of [1, 2, 3, 4]) expect(await pace.take('C1', true)).toBe(0)
  expect(await pace.take('C1', true)).toBeGreaterThan(50_000)
  expect([await pace.take('C1'), await pace.take('C1')]).toEqual([0, 0])
  expect(await pace.take('C1')).toBeGreaterThan(50_000)
})

test('a pause holds for every process, and nobody is let through before its end', async () => {
  const options = { name: 'updates', rates: [{ burst: 10, everyMs: 1 }] }
  const [one, other] = [redisPace(redis, options, log), redisPace(redis, options, log)]
  await one.pause('all', 300)
  const waitMs = await other.take('all')
  expect(waitMs).toBeGreaterThan(0)
  expect(waitMs).toBeLessThanOrEqual(300)
  await expect.poll(() => other.take('all')).toBe(0)
  expect(await redis.exists('{privatelink}:limit:updates:all:pause')).toBe(0)
})

test('of several rates the slowest counts, and what one refuses is counted in none', async () => {
  const pace = redisPace(
    redis,
    {
      name: 'both',
      rates: [
        { burst: 5, everyMs: 1_000 },
        { burst: 2, everyMs: 60_000 },
      ],
    },
    log,
  )
  expect([await pace.take('a'), await pace.take('a')]).toEqual([0, 0])
  for (const _ of [1, 2, 3, 4]) expect(await pace.take('a')).toBeGreaterThan(50_000)
  const ofFive = await redis.pttl('{privatelink}:limit:both:a:1000')
  expect(ofFive).toBeGreaterThan(0)
  expect(ofFive).toBeLessThanOrEqual(2_000)
})
