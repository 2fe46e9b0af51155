import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { checkServer } from '../../../src/redis/check-server.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'

let server: RedisServer
let control: Connection
const warnings: string[] = []
const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line).msg) })
const strict = { eviction: false, loss: false }
beforeAll(async () => {
  server = await startRedis()
  control = connect(server.url, { patient: true })
})
afterAll(async () => {
  control.disconnect()
  await server.close()
})
beforeEach(async () => {
  warnings.length = 0
  await set({ 'maxmemory-policy': 'noeviction', appendonly: 'no', save: '' })
})

async function set(settings: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await control.call('CONFIG', 'SET', name, value)
}

async function check(user?: string, redisTolerance = strict): Promise<void> {
  await checkServer({ redisUrl: user === undefined ? server.url : server.urlFor(user), redisTolerance }, log)
}

describe.each([undefined, 'bot', 'jobs'])('as the user %s', (user) => {
  test('a Redis that drops keys is refused, with what to do', async () => {
    await set({ 'maxmemory-policy': 'allkeys-lru', appendonly: 'yes' })
    const refusal = check(user)
    await expect(refusal).rejects.toMatchObject({
      code: 'redis-evicts',
      message: expect.stringContaining('maxmemory-policy allkeys-lru'),
      remedy: expect.stringContaining('REDIS_ALLOW_EVICTION=1'),
    })
    await check(user, { eviction: true, loss: false })
    expect(warnings).toEqual([])
  })

  test('a Redis that keeps nothing is warned of, unless that is meant', async () => {
    await check(user)
    expect(warnings).toEqual([expect.stringMatching(/^Redis (keeps nothing on disk|writes no append-only file)/)])
    warnings.length = 0
    await check(user, { eviction: false, loss: true })
    await set({ appendonly: 'yes' })
    await check(user)
    expect(warnings).toEqual([])
  })
})

test('whoever may ask learns whether there are snapshots', async () => {
  await check()
  await set({ save: '60 1' })
  await check()
  expect(warnings).toEqual([expect.stringContaining('loses every request'), expect.stringContaining('since its last snapshot')])
})

test('a user that may not run INFO is told which rule it lacks', async () => {
  await control.call('ACL', 'SETUSER', 'mute', 'on', '>pw', '~*', '+@all', '-info')
  await expect(
    checkServer({ redisUrl: server.url.replace('//', '//mute:pw@'), redisTolerance: strict }, log),
  ).rejects.toMatchObject({
    code: 'redis-untold',
    remedy: expect.stringContaining('+info'),
  })
})

test('while Redis is away the process waits for it, and the log says so', async () => {
  const late = connect(server.url, { patient: true })
  await late.call('CLIENT', 'PAUSE', '6000', 'ALL')
  late.disconnect()
  const asked = check(undefined, { eviction: true, loss: true })
  await vi.waitUntil(() => warnings.includes('waiting for Redis, which does not answer'), { timeout: 10_000 })
  await asked
})
