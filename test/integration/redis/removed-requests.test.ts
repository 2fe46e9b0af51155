import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import type { Request } from '../../../src/domain/request.ts'
import { removeOld } from '../../../src/jobs/requests/retention.ts'
import { auditIndexKey, redisAudit } from '../../../src/redis/audit.ts'
import { redisAuditWriter } from '../../../src/redis/audit-append.ts'
import { allRequestsKey, personKey, redisLedger } from '../../../src/redis/ledger.ts'
import { redisMessages } from '../../../src/redis/records.ts'
import { redisRemovedRequests } from '../../../src/redis/removed-requests.ts'
import { alice, bob, digest, samples } from '../../sample-requests.ts'

/** Requests that ended long ago go, with everything that points at them; what is unfinished or unreviewed stays. */

let server: RedisServer
let redis: Redis
/** With the rights of the jobs process. */
let jobs: Redis
beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
  jobs = new Redis(server.urlFor('jobs'))
})
afterAll(async () => {
  redis.disconnect()
  jobs.disconnect()
  await server.close()
})
beforeEach(async () => {
  await redis.flushall()
})

const long = '2024-03-01T14:05:00.000Z'
const before = '2025-03-01T00:00:00.000Z'
const lately = '2026-03-01T14:05:00.000Z'

async function stored(id: string, state: keyof typeof samples, changes: Partial<Request> = {}, askedAt = long): Promise<void> {
  const sample = samples[state]
  const ended = sample.endedAt === undefined ? {} : { endedAt: askedAt }
  await redisLedger(redis).create({ ...sample, ...ended, id, asked: { ...sample.asked, at: askedAt }, ...changes })
}

const sources = () => ({
  removedRequests: redisRemovedRequests(jobs),
  audit: redisAuditWriter(jobs, () => undefined),
  log: pino({ level: 'silent' }),
})
const remove = async (after = 0) => await removeOld(sources(), before, after)
const ids = async () => (await redisLedger(redis).newest(1_000)).map(({ id }) => id)

test('an old one goes with its indexes and messages; what is unfinished, unreviewed or newer stays', async () => {
  const overrides = [{ by: bob, at: long, digest, reason: 'it burns' }]
  await stored('PL-1', 'done')
  await stored('PL-2', 'awaiting-approval')
  await stored('PL-3', 'applying')
  await stored('PL-4', 'done', { overrides })
  await stored('PL-5', 'done', { overrides, review: { by: alice, at: long } })
  await stored('PL-6', 'done', { endedAt: lately })
  await stored('PL-7', 'rejected')
  await stored('PL-8', 'done', {}, lately)
  await redisMessages(redis).remember('request-PL-1', 'slack:C1', '1.2')
  await redisMessages(redis).remember('request-PL-2', 'slack:C1', '1.3')
  await remove()
  expect(await ids()).toEqual(['PL-8', 'PL-6', 'PL-4', 'PL-3', 'PL-2'])
  const ofPerson = await redis.zrange(personKey(samples.done.asked.by.key), '0', '-1')
  expect(ofPerson).toEqual(['PL-2', 'PL-3', 'PL-4', 'PL-6', 'PL-8'])
  expect(await redis.zrange(allRequestsKey, '0', '-1')).toEqual(ofPerson)
  const left = (await redis.keys('*')).filter((key) => !key.includes(':audit:'))
  const texts = [
    ...left,
    ...(await redis.smembers('{privatelink}:requests:open')),
    ...(await redis.hkeys('{privatelink}:requests:unshown')),
  ]
  expect(texts.filter((text) => /PL-[157]\b/.test(text))).toEqual([])
  expect(await redisMessages(redis).of('request-PL-2')).toEqual({ 'slack:C1': '1.3' })
})

test('what was removed is in the audit, which keeps the history until it is archived', async () => {
  await stored('PL-1', 'done')
  await remove()
  const audit = redisAudit(redis)
  const links = await Array.fromAsync(audit.links(await audit.cut(), 0))
  expect(links.map(({ entry }) => [entry.event, entry.what?.slice(0, 11)])).toEqual([
    ['created', expect.any(String)],
    ['removed', '1 requests '],
  ])
  expect(links[1]?.entry.what).toContain('PL-1')
  expect(await redis.lrange(auditIndexKey('PL-1'), 0, -1)).toEqual(['1'])
})

test('the bot still knows for which network it made something, and what a deleted service was', async () => {
  await stored('PL-1', 'done')
  await stored('PL-2', 'rejected', { steps: {} })
  await remove()
  const { trace, traces } = redisRemovedRequests(jobs)
  expect(await trace('PL-1')).toMatchObject({ network: 'prod-westus3', services: [{ service: { name: 'analytics-prod' } }] })
  expect(JSON.stringify(await traces())).not.toContain('Alice')
  expect(await trace('PL-2')).toBeUndefined()
})

test('what an unfinished undo takes back stays until that is over', async () => {
  await stored('PL-1', 'failed')
  await stored('PL-2', 'planning', { undoes: 'PL-1', action: 'teardown' }, lately)
  await remove()
  expect(await ids()).toEqual(['PL-2', 'PL-1'])
})

test('many go in batches, past those that have to stay', async () => {
  for (let number = 1; number <= 250; number += 1) await stored(`PL-${number}`, number <= 120 ? 'planning' : 'done')
  const at = await remove()
  expect(at).toBe(100)
  expect(await remove(at)).toBe(200)
  expect(await ids()).toHaveLength(170)
  expect(await remove(200)).toBe(0)
  expect(await ids()).toHaveLength(120)
})
