import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { connect } from '../../../src/redis/connection.ts'
import { announce } from '../../../src/redis/presence.ts'
import { createProber } from '../../../src/redis/prober.ts'
import { probeQueue, probeSchema } from '../../../src/redis/queues.ts'
import { startWorker } from '../../../src/redis/worker.ts'

/** What whoever asks a network hears when its workers are away, busy, hang or die: always something, and in time. */

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.close())

const log = pino({ level: 'silent' })
const host = 'q7.westus3.privatelink.azure.clickhouse.cloud'
const { signal } = new AbortController()
const pace = { answerWithinMs: 400, lookEveryMs: 40 }
const never = (over: AbortSignal) => new Promise<never>((_, reject) => over.addEventListener('abort', () => reject(over.reason)))

/** A worker that answers, or hangs with the first `hangs` probes that it takes. */
async function worker(network: string, { hangs = 0, concurrency = 1, lives = true } = {}) {
  const taken: string[] = []
  const started = await startWorker({
    ...{ redisUrl: redis.url, queue: probeQueue(network), schema: probeSchema, concurrency, log },
    async handle({ data, signal: over }) {
      taken.push(data.host)
      if (taken.length <= hangs) await never(over)
      return { address: { dialled: '10.0.0.4' } }
    },
  })
  const connection = connect(redis.url, { patient: true })
  const presence = lives ? await announce(connection, network, '1.0.0', log) : undefined
  return {
    taken,
    /** Nobody hears of it any more, and it answers nothing. */
    die: async () => await presence?.close(),
    async close() {
      await presence?.close()
      await started.close()
      connection.disconnect()
    },
  }
}

test('nobody there is known at once', async () => {
  const prober = createProber(redis.url, { log, pace })
  expect(await prober.probe('nobody', { host }, { signal, withinMs: 60_000 })).toBeUndefined()
  await prober.close()
})

test('a worker that lives and has no time is not absent, and its queue is left clean', async () => {
  const prober = createProber(redis.url, { log, pace: { ...pace, answerWithinMs: 60_000 } })
  const busy = await worker('busy', { hangs: 1 })
  const first = prober.probe('busy', { host: `first.${host}` }, { signal, withinMs: 1_500 })
  await expect.poll(() => busy.taken).toHaveLength(1)
  await expect(prober.probe('busy', { host }, { signal, withinMs: 500 })).rejects.toMatchObject({ code: 'worker-busy' })
  await expect(first).rejects.toMatchObject({ code: 'worker-busy' })
  await busy.close()
  expect(busy.taken).toEqual([`first.${host}`])
  await prober.close()
})

test('while one hangs, another is asked', async () => {
  const prober = createProber(redis.url, { log, pace })
  const hanging = await worker('two', { hangs: 1 })
  const first = prober.probe('two', { host }, { signal, withinMs: 20_000 })
  await expect.poll(() => hanging.taken).toHaveLength(1)
  const other = await worker('two')
  expect(await first).toEqual({ address: { dialled: '10.0.0.4' } })
  expect(other.taken).toEqual([host])
  await Promise.all([hanging.close(), other.close()])
  await prober.close()
})

test('one that dies in the middle, with nobody else there, is noticed long before the time is over', async () => {
  const prober = createProber(redis.url, { log, pace: { ...pace, answerWithinMs: 60_000 } })
  const mortal = await worker('mortal', { hangs: 9 })
  const asked = prober.probe('mortal', { host }, { signal, withinMs: 60_000 })
  await expect.poll(() => mortal.taken).toHaveLength(1)
  await mortal.die()
  expect(await asked).toBeUndefined()
  await mortal.close()
  await prober.close()
})

test('several share the load, many may ask at once without a warning, and people come before the background', async () => {
  const warnings: string[] = []
  const warn = (warning: Error) => void warnings.push(String(warning))
  process.on('warning', warn)
  const prober = createProber(redis.url, { log, pace })
  const [one, two] = [await worker('load'), await worker('load')]
  const count = 40
  await Promise.all(Array.from({ length: count }, () => prober.probe('load', { host }, { signal, withinMs: 20_000 })))
  expect(one.taken.length + two.taken.length).toBe(count)
  expect(Math.min(one.taken.length, two.taken.length)).toBeGreaterThan(0)
  await Promise.all([one.close(), two.close()])

  const slow = await worker('load', { lives: true, hangs: 1 })
  const patient = createProber(redis.url, { log, pace: { ...pace, answerWithinMs: 1_000 } })
  const asked = [prober.probe('load', { host: `hung.${host}` }, { signal, withinMs: 1_200 }).catch(() => undefined)]
  await expect.poll(() => slow.taken).toHaveLength(1)
  asked.push(patient.probe('load', { host: `watch.${host}` }, { signal, withinMs: 20_000, background: true }))
  await sleep(100)
  asked.push(patient.probe('load', { host: `person.${host}` }, { signal, withinMs: 20_000 }))
  await sleep(100)
  const fast = await worker('load')
  await Promise.all(asked)
  expect(fast.taken.filter((each) => !each.startsWith('hung'))).toEqual([`person.${host}`, `watch.${host}`])
  await Promise.all([slow.close(), fast.close()])
  await Promise.all([prober.close(), patient.close()])
  process.off('warning', warn)
  expect(warnings).toEqual([])
})

/** A worker of its network may write whatever it likes there. */
test.each([
  ['no JSON', '{'],
  ['no object', '"no"'],
  ['too deep to be one', '['.repeat(5_000)],
  ['far too long', JSON.stringify({ id: 'x'.repeat(100_000), version: '1', startedAt: '1' })],
])('an announcement that is %s is no worker, and hides none', async (_what, member) => {
  const prober = createProber(redis.url, { log, pace })
  const connection = connect(redis.url, { patient: true })
  const good = await worker('hostile-presence')
  await connection.zadd(`{privatelink}:probe-hostile-presence:workers`, Math.floor(Date.now() / 1_000), member)
  expect(await prober.workers('hostile-presence')).toMatchObject([{ version: '1.0.0' }])
  await connection.zrem(`{privatelink}:probe-hostile-presence:workers`, member)
  await good.close()
  connection.disconnect()
  await prober.close()
})

test('a result that is no JSON does not end the listener for good', async () => {
  const prober = createProber(redis.url, { log, pace })
  const good = await worker('hostile-result')
  expect(await prober.probe('hostile-result', { host }, { signal })).toMatchObject({ address: {} })
  const connection = connect(redis.url, { patient: true })
  await connection.xadd(
    '{privatelink}:probe-hostile-result:events',
    '*',
    'event',
    'completed',
    'jobId',
    '1',
    'returnvalue',
    '{bad',
  )
  await sleep(200)
  expect(await prober.probe('hostile-result', { host: `second.${host}` }, { signal })).toMatchObject({ address: {} })
  connection.disconnect()
  await good.close()
  await prober.close()
})

test.each([
  ['a list', []],
  ['a text', 'evidence'],
  ['more than 256 KiB', { address: { dialled: 'x'.repeat(300_000) } }],
  ['200,000 values', { address: Array.from({ length: 300_000 }, () => 0) }],
])('evidence that is %s is refused', async (_what, answer) => {
  const prober = createProber(redis.url, { log, pace })
  const started = await startWorker({
    ...{ redisUrl: redis.url, queue: probeQueue('hostile-evidence'), schema: probeSchema, concurrency: 1, log },
    handle: async () => answer,
  })
  const connection = connect(redis.url, { patient: true })
  const presence = await announce(connection, 'hostile-evidence', '1.0.0', log)
  await expect(prober.probe('hostile-evidence', { host }, { signal })).rejects.toMatchObject({ code: 'probe-unreadable' })
  await presence.close()
  await started.close()
  connection.disconnect()
  await prober.close()
})
