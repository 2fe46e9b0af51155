import { globSync, readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import packageFile from '../../../package.json' with { type: 'json' }
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { detailsCard } from '../../../src/bot/cards/request/details-card.ts'
import { historyLines } from '../../../src/bot/cards/request/history-lines.ts'
import { noticesOf } from '../../../src/bot/cards/request/notices.ts'
import { requestCard } from '../../../src/bot/cards/request/request-card.ts'
import { type Request, requestStates } from '../../../src/domain/request.ts'
import { redisAudit } from '../../../src/redis/audit.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { redisDiagnoses, redisInventory, redisMessages } from '../../../src/redis/records.ts'
import { redisSurvey, redisVerdicts } from '../../../src/redis/survey.ts'
import { redisTeamsReferences } from '../../../src/redis/teams-references.ts'
import { redisWatches } from '../../../src/redis/watches.ts'
import { contentsOf, write } from '../../fixtures/redis-contents.ts'
import { verifyAudit } from '../../fixtures/verify-audit.ts'

/** What each released version left in Redis (test/fixtures/record-ledger.ts) is read, shown and gone on with by this one. */

const fixtures = globSync('test/fixtures/ledger-*.jsonl')
const at = '2027-01-01T12:00:00.000Z'

let server: RedisServer
let redis: Redis
beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})

test('there is one of this version', () => {
  expect(fixtures).toContain(`test/fixtures/ledger-${packageFile.version}.jsonl`)
})

describe.each(fixtures)('%s', (path) => {
  const contents = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line): string[] => JSON.parse(line))
  beforeEach(async () => {
    await redis.flushall()
    await write(redis, contents)
  })
  const all = async () => await redisLedger(redis).newest(1_000)
  const inState = async (state: Request['state']): Promise<Request> => {
    const found = (await all()).find((request) => request.state === state)
    if (found === undefined) throw new Error(`none is ${state}`)
    return found
  }

  test('it is written as it was recorded', async () => {
    expect(await contentsOf(redis)).toEqual(contents)
  })

  test('there are requests in every state, and each has its cards, its notices and its history', async () => {
    const requests = await all()
    expect(new Set(requests.map(({ state }) => state))).toEqual(new Set(requestStates))
    for (const request of requests) {
      const { summary, parts } = requestCard(request, { decides: true })
      expect(summary).toContain(request.state)
      expect(parts.length).toBeGreaterThan(2)
      expect(JSON.stringify(parts)).not.toMatch(/undefined|NaN|\[object/)
      expect(detailsCard(request, 'now').parts.length).toBeGreaterThan(0)
      expect(Array.isArray(noticesOf(request))).toBe(true)
      expect(historyLines(await redisAudit(redis).of(request.id)).length).toBeGreaterThan(0)
    }
  })

  test('the audit verifies', async () => {
    const { status, out, count } = await verifyAudit(server.url)
    expect([status, out]).toEqual([0, expect.any(String)])
    expect(count).toBeGreaterThan(50)
  })

  test('what is open goes on: it is approved, claimed, cancelled, and the audit with it', async () => {
    const ledger = redisLedger(redis)
    expect((await ledger.open()).map(({ state }) => state).sort()).toEqual(['applying', 'awaiting-approval', 'planning'])
    const waiting = await inState('awaiting-approval')
    const [by] = waiting.approval?.approvers ?? []
    if (by === undefined) throw new Error('nobody may approve')
    const approved = await ledger.record(waiting.id, {
      type: 'approve',
      by,
      digest: waiting.digest ?? '',
      at: waiting.approval?.askedAt ?? at,
    })
    expect(approved.request.state).toBe('applying')
    const planning = await inState('planning')
    expect((await ledger.record(planning.id, { type: 'claim', run: 'new', at })).request.run).toBe('new')
    const applying = (await ledger.open()).find(({ id, state }) => state === 'applying' && id !== waiting.id)
    const stopping = await ledger.record(applying?.id ?? '', { type: 'cancel', by, at })
    expect(stopping.request.stopping?.by.name).toBe(by.name)
    expect((await verifyAudit(server.url)).status).toBe(0)
    const numbers = (await all()).map(({ id }) => Number(id.slice(3)))
    // A server that did not give out the last number leaves some out.
    expect(Number((await ledger.nextId()).slice(3))).toBeGreaterThan(Math.max(...numbers))
  })

  test('everything else that is kept is read', async () => {
    const done = await inState('done')
    const service = (await redisInventory(redis).read())?.services.find(({ name }) => name === 'analytics-prod')
    expect(Object.keys(await redisMessages(redis).of(`request-${done.id}`))).toHaveLength(1)
    expect((await redisDiagnoses(redis).get('DG-1'))?.looks?.[0]?.verdict?.code).toBe('healthy')
    expect((await redisInventory(redis).read())?.services.length).toBeGreaterThan(3)
    expect((await redisSurvey(redis).read())?.keys).toBeDefined()
    expect(Object.keys(await redisSurvey(redis).names())).toContain(service?.id)
    expect([...(await redisVerdicts(redis).read()).values()].map(({ code }) => code)).toContain('healthy')
    expect(await redisVerdicts(redis).lastHealthy(service?.id ?? '', 'prod-westus3')).toBeDefined()
    const [watch] = await redisWatches(redis).all()
    expect(watch).toMatchObject({ service: 'analytics-prod', everyMs: 300_000 })
    expect((await redisWatches(redis).stateOf(watch?.id ?? '')).told?.code).toBe('healthy')
    expect((await redisTeamsReferences(redis).person('a11ce000-0000-4000-8000-0000000000b2'))?.id).toBe('29:bob')
  })
})
