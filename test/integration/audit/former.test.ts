import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { genesis, hashOf } from '../../../src/domain/audit.ts'
import { auditIndexKey, auditKeys, redisAudit } from '../../../src/redis/audit.ts'
import { connect } from '../../../src/redis/connection.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { bob } from '../../unit/literals.ts'
import { approved, at, auditCommand } from './command.ts'

/** A ledger of an earlier version, whose audit is a stream, stays the beginning of the chain. */

let server: RedisServer
let redis: Redis
let audit: ReturnType<typeof auditCommand>
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.url, { patient: true }) as Redis
  audit = auditCommand(server)
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})

/** Writes three entries of PL-1 as an earlier version did, then four of PL-2 and one of PL-1 as this one does. */
beforeEach(async () => {
  await redis.flushall()
  let hash = genesis
  for (const [index, event] of ['created', 'claim', 'plan-ready'].entries()) {
    const entry = JSON.stringify({ at, request: 'PL-1', event, state: 'planning' })
    hash = hashOf(hash, entry)
    const id = await redis.xadd(auditKeys.former, '*', 'entry', entry, 'hash', hash)
    await redis.rpush(auditIndexKey('PL-1'), id ?? '')
    await redis.set(auditKeys.formerHead, `${hash} ${index + 1}`)
  }
  const ledger = redisLedger(redis)
  await approved(ledger, 'PL-2')
  await redis.set('{privatelink}:request:PL-1', JSON.stringify({ ...(await ledger.get('PL-2')), id: 'PL-1' }))
  await ledger.record('PL-1', { type: 'cancel', by: bob, at })
})

const newestOf = async (stream: string) => (await redis.xrevrange(stream, '+', '-', 'COUNT', 1))[0]?.[0] ?? ''

test('both verify as one chain, are exported as one, and make one history', async () => {
  const { out, status } = await audit('verify')
  expect(out).toContain('8 entries, each follows from the one before.')
  expect(status).toBe(0)
  const exported = (await audit('export')).out.trim().split('\n')
  expect(exported.map((line) => JSON.parse(line).request)).toEqual([...Array(3).fill('PL-1'), ...Array(4).fill('PL-2'), 'PL-1'])
  const history = await redisAudit(redis).of('PL-1')
  expect(history.map(({ event }) => event)).toEqual(['created', 'claim', 'plan-ready', 'cancel'])
})

test.each<[string, RegExp, () => Promise<unknown>]>([
  ['its newest entry', /^Broken at entry 3\b/, async () => await redis.xdel(auditKeys.former, await newestOf(auditKeys.former))],
  ['its first entry', /^Broken at entry 1\b/, async () => await redis.xtrim(auditKeys.former, 'MAXLEN', 2)],
  ['all of it', /^Broken at entry 1\b/, async () => await redis.del(auditKeys.former)],
])('%s removed is found', async (_what, problem, tamper) => {
  await tamper()
  const { out, status } = await audit('verify')
  expect(out).toMatch(problem)
  expect(status).toBe(1)
})

test('an emptied stream is found by what the earlier version noted, before anything new is appended', async () => {
  await redis.del(auditKeys.log, auditKeys.appended, auditKeys.former)
  const { out, status } = await audit('verify')
  expect(out).toContain('a kept head names entry 3')
  expect(status).toBe(1)
})
