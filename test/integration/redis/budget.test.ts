import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startClickHouseCloud } from '../../../sandbox/clickhouse-cloud/server.ts'
import { acme, keys, organizationId } from '../../../sandbox/estate.ts'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import type { World } from '../../../sandbox/world.ts'
import { type ClickHouseCloud, clickHouseCloud } from '../../../src/clickhouse/client.ts'
import { type Purpose, redisBudget, spendAs } from '../../../src/redis/budget.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'

/** One budget for each key, whoever uses it. */

const log = pino({ level: 'silent' })
const signal = new AbortController().signal

let server: RedisServer
let world: World
let vendor: Awaited<ReturnType<typeof startClickHouseCloud>>
let connections: Connection[]
let clients: ClickHouseCloud[]
beforeAll(async () => {
  server = await startRedis()
  world = acme({ addressBase: '127.11.0' })
  vendor = await startClickHouseCloud(world)
  connections = [0, 1].map(() => connect(server.urlFor('jobs'), { patient: true }))
  const key = { organizationId, organizationName: 'acme', keyId: keys.id, keySecret: keys.secret }
  clients = connections.map((redis) => clickHouseCloud(vendor.url, [key], redisBudget(redis, log)))
})
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  for (const connection of connections) connection.disconnect()
  await Promise.all([vendor.close(), server.close()])
})

test('two processes with one key are never refused, and the first ten calls wait for nothing', async () => {
  await Promise.all(
    Array.from({ length: 24 }, (_, index) => clients[index % 2]?.activities(organizationId, new Date().toISOString(), signal)),
  )
  const calls = world.calls.filter(({ vendor: whose }) => whose === 'clickhouse')
  expect(calls.map(({ status }) => status)).toEqual(Array(24).fill(200))
  const started = calls.map(({ startedAt }) => startedAt - (calls[0]?.startedAt ?? 0))
  expect(started[9]).toBeLessThan(5_000)
  expect(started[10]).toBeGreaterThan(9_000)
  expect(started[20]).toBeGreaterThan(19_000)
})

test('another key has a budget of its own, and its name is not in Redis', async () => {
  const [redis] = connections
  if (redis === undefined) return
  const budget = redisBudget(redis, log)
  for (let call = 0; call < 10; call++) await budget.take('another-key', signal)
  const admin = connect(server.url, { patient: true })
  const stored = await admin.keys('*')
  admin.disconnect()
  expect(stored.filter((name) => name.startsWith('{privatelink}:budget:'))).toHaveLength(2)
  expect(stored.join()).not.toContain('another-key')
})

test('the background leaves calls for requests, and both leave calls for a diagnosis that a person waits for', async () => {
  const [redis] = connections
  if (redis === undefined) return
  const budget = redisBudget(redis, log)
  const tries = (purpose: Purpose, key: string) =>
    spendAs(purpose, async () => {
      let taken = 0
      const over = AbortSignal.timeout(400)
      while (
        taken < 20 &&
        (await budget.take(key, over).then(
          () => true,
          () => false,
        ))
      )
        taken += 1
      return taken
    })
  expect(await tries('background', 'one')).toBe(6)
  // What the background has used takes nothing from a setup, which needs eight calls, but the last two of a diagnosis.
  expect(await tries('request', 'one')).toBe(4)
  expect(await tries('diagnosis', 'one')).toBe(0)
  expect(await tries('request', 'two')).toBe(8)
  expect(await tries('background', 'two')).toBe(0)
  expect(await tries('diagnosis', 'two')).toBe(2)
})

test('whoever waits can be told to stop', async () => {
  const [redis] = connections
  if (redis === undefined) return
  const budget = redisBudget(redis, log)
  const stop = new AbortController()
  const waiting = budget.take('another-key', stop.signal)
  stop.abort()
  await expect(waiting).rejects.toThrow()
})

test('without Redis calls go out as they come', async () => {
  const gone = connect('redis://127.0.0.1:9', { patient: true })
  gone.on('error', () => undefined)
  await redisBudget(gone, log).take('a key', signal)
  gone.disconnect()
})

test('an outage of Redis is told once, and so is its end', async () => {
  const [redis] = connections
  if (redis === undefined) return
  const lines = new PassThrough()
  const budget = redisBudget(redis, pino(lines))
  const told = () => (lines.read() ?? '').toString().match(/"msg":"[^"]*"/g) ?? []
  const admin = connect(server.url, { patient: true })
  await admin.client('PAUSE', 60_000, 'WRITE')
  await Promise.all(['one', 'other'].map((key) => budget.take(key, signal)))
  expect(told()).toEqual(['"msg":"calls to the ClickHouse Cloud API are not counted"'])
  await admin.client('UNPAUSE')
  admin.disconnect()
  await budget.take('one', signal)
  expect(told()).toEqual(['"msg":"calls to the ClickHouse Cloud API are counted again"'])
})
