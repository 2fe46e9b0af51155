import { spawnSync } from 'node:child_process'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import type { Ledger } from '../../../src/domain/ledger.ts'
import { newRequest } from '../../../src/domain/request.ts'
import { auditIndexKey, auditKeys, redisAudit } from '../../../src/redis/audit.ts'
import { connect } from '../../../src/redis/connection.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { bob } from '../../unit/literals.ts'
import { approved, at, auditCommand, place } from './command.ts'

/** Every event of every request, in a chain that shows what was done to it. */

const { log, appended } = auditKeys

let server: RedisServer
let redis: Redis
let ledger: Ledger
let audit: ReturnType<typeof auditCommand>
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.url, { patient: true }) as Redis
  ledger = redisLedger(redis)
  audit = auditCommand(server)
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})
beforeEach(async () => {
  await redis.flushall()
  for (const id of ['PL-1', 'PL-2']) await approved(ledger, id)
})

const entry = async (index: number) => (await redis.lindex(log, index)) ?? ''

/** Writes the list anew, as somebody with the rights of an administrator could. */
async function rewrite(change: (links: string[]) => string[]): Promise<void> {
  const links = await redis.lrange(log, 0, -1)
  await redis.del(log)
  await redis.rpush(log, ...change(links))
}

const twice = (link: string) => link.replace('"event":"approve"', '"event":"reject","event":"approve"')
const spaced = (link: string) => link.replace('{"at"', '{ "at"')

test('an untouched chain is whole, also when writers compete', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const asked = { by: bob, place, at, services: [], network: 'n' }
      return ledger.create(newRequest(`PL-${index + 10}`, asked))
    }),
  )
  const { status, out } = await audit('verify')
  expect(out).toMatch(/^28 entries, each follows from the one before\. The newest hash is [0-9a-f]{64}\.$/m)
  expect(status).toBe(0)
})

test.each<[string, number, () => Promise<unknown>]>([
  ['a removed entry', 3, async () => await redis.lrem(log, 1, await entry(2))],
  ['the first removed', 1, async () => await redis.lpop(log)],
  ['the newest removed', 8, async () => await redis.rpop(log)],
  [
    'two in the other order',
    4,
    async () => await rewrite((all) => [...all.slice(0, 3), ...all.slice(3, 5).reverse(), ...all.slice(5)]),
  ],
  ['another person', 4, async () => await rewrite((all) => all.map((link) => link.replace('"approve"', '"reject"')))],
  ['an entry of somebody else’s', 9, async () => await redis.rpush(log, `${'f'.repeat(64)} {"request":"PL-1"}`)],
  ['an unreadable entry', 9, async () => await redis.rpush(log, `${'f'.repeat(64)} {`)],
  ['everything gone', 1, async () => await redis.del(log)],
  ['a key twice in one entry', 4, async () => await rewrite((all) => all.map(twice))],
  ['a space in an entry', 1, async () => await rewrite((all) => all.map(spaced))],
  ['something beside an entry', 1, async () => await rewrite((all) => all.map((link) => link.replace(' ', '_')))],
  ['a number that was raised', 9, async () => await redis.incr(appended)],
])('%s is found, and where', async (_what, position, tamper) => {
  await tamper()
  const { status, out } = await audit('verify')
  expect(out).toMatch(new RegExp(`^Broken at entry ${position}\\b`))
  expect(status).toBe(1)
})

test('the newest entries removed together with their number are found by a hash that was kept', async () => {
  const newest = /newest hash is ([0-9a-f]{64})/.exec((await audit('verify')).out)?.[1] ?? ''
  expect((await audit('verify', '--expect', newest)).status).toBe(0)
  await redis.rpop(log)
  await redis.decr(appended)
  await redis.rpop(auditIndexKey('PL-2'))
  expect((await audit('verify')).status).toBe(0)
  const { status, out } = await audit('verify', '--expect', newest)
  expect(out).toContain('does not hold the entry with the expected hash')
  expect(status).toBe(1)
  await redis.flushall()
  expect((await audit('verify', '--expect', newest)).status).toBe(1)
})

test.each<[string, (key: string) => Promise<unknown>]>([
  ['that leaves one out', async (key) => await redis.lrem(key, 1, (await redis.lindex(key, 1)) ?? '')],
  ['in another order', async (key) => await redis.lmove(key, key, 'LEFT', 'RIGHT')],
  ['that is gone', async (key) => await redis.del(key)],
])('a history %s is found', async (_what, tamper) => {
  await tamper(auditIndexKey('PL-2'))
  const { status, out } = await audit('verify')
  expect(out).toContain('the history of PL-2 does not list its own')
  expect(status).toBe(1)
})

test('a history shows no entry of another request', async () => {
  await redis.rpush(auditIndexKey('PL-2'), '1', '-1', '99', '1-1', 'x-y')
  expect((await redisAudit(redis).of('PL-2')).map(({ request }) => request)).toEqual(['PL-2', 'PL-2', 'PL-2', 'PL-2'])
})

test('exports what happened, for programs and for spreadsheets', async () => {
  const lines = (await audit('export', '--format', 'jsonl')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toHaveLength(8)
  expect(lines[3]).toMatchObject({
    request: 'PL-1',
    event: 'approve',
    state: 'applying',
    by: { name: 'Bob' },
    surface: 'slack',
    digest: 'd1',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const csv = (await audit('export', '--format', 'csv')).out.split('\r\n')
  expect(csv[0]).toBe('at,request,event,state,person,personKey,surface,digest,what,vendorRequestIds,hash,record')
  expect(csv[1]).toContain('"setup =cmd(""x""),1, prod: it is needed"')
  const later = new Date(Date.now() + 60_000).toISOString()
  expect((await audit('export', '--format', 'jsonl', '--since', later)).out).toBe('')
  expect((await audit('export', '--format', 'jsonl', '--since', '1h')).out.trim().split('\n')).toHaveLength(8)
})

test('a reader who has seen enough is no error', () => {
  const command = 'set -o pipefail; "$0" src/audit/main.ts export --format csv | true'
  const env = { ...process.env, REDIS_URL: server.urlFor('auditor') }
  const { status, stderr } = spawnSync('bash', ['-c', command, process.execPath], { encoding: 'utf8', env })
  expect([status, stderr]).toEqual([0, ''])
})

test('a step’s entry holds the vendors’ ids of its writes, clean and bounded', async () => {
  const progress = { state: 'done', startedAt: at, finishedAt: at, changed: true } as const
  const hostile = `\u202e=${'x'.repeat(100)}\n`
  const vendorRequestIds = ['rq-1', hostile, ...Array.from({ length: 50 }, (_, index) => `rq-${index + 2}`)]
  await ledger.record('PL-1', { type: 'claim', run: 'r2', at })
  await ledger.record('PL-1', { type: 'step', run: 'r2', id: 'dns-record', progress, vendorRequestIds })
  const entry = (await redisAudit(redis).of('PL-1')).at(-1)
  expect(entry?.vendorRequestIds).toHaveLength(40)
  expect(entry?.vendorRequestIds?.slice(0, 2)).toEqual(['rq-1', `=${'x'.repeat(62)}…`])
  expect(JSON.stringify(await ledger.get('PL-1'))).not.toContain('rq-1')
  const [line] = (await audit('export', '--format', 'csv')).out.split('\r\n').slice(-2)
  expect(line).toContain('dns-record done changed,rq-1 =xxx')
  expect((await audit('verify')).status).toBe(0)
})

test('one request’s history is read without the others', async () => {
  expect((await redisAudit(redis).of('PL-2')).map(({ event }) => event)).toEqual(['created', 'claim', 'plan-ready', 'approve'])
})

test.each([
  [[]],
  [['verify', 'now']],
  [['export', '--format', 'xml']],
  [['export', '--since', 'yesterday-ish']],
  [['verify', '--expect', 'abc']],
  [['archive']],
  [['archive', '--to', 'x', '--before', 'some day']],
])('what cannot be understood is answered with how to say it: %j', async (args) => {
  const { status, out } = await audit(...args)
  expect(out).toContain('Usage:')
  expect(status).toBe(2)
})
