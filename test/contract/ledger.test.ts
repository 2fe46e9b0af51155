import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../sandbox/redis.ts'
import type { Ledger } from '../../src/domain/ledger.ts'
import { newRequest, type Request, type RequestEvent } from '../../src/domain/request.ts'
import { asksForTheSame } from '../../src/domain/same-request.ts'
import { redisLedger } from '../../src/redis/ledger.ts'
import { openApproval } from '../open-approval.ts'
import { alice, bob, plan } from '../unit/literals.ts'

/** What any ledger must do. There is one today. */

const at = '2026-01-01T12:00:00.000Z'
const place = { surface: 'slack', id: 'C1' } as const

function request(id: string): Request {
  return newRequest(id, { by: alice, place, at, services: [{ service: 'analytics-prod' }], network: 'prod-westus3' })
}

const claim: RequestEvent = { type: 'claim', run: 'r1', at }
const approval = openApproval({
  approvers: [bob],
  places: [place],
  askedAt: at,
  expiresAt: '2026-01-02T12:00:00.000Z',
})
const ready: RequestEvent = { type: 'plan-ready', run: 'r1', plan, digest: 'd1', approval }

describe('the ledger in Redis', () => {
  let server: RedisServer
  let redis: Redis
  let ledger: Ledger
  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis(server.url)
    ledger = redisLedger(redis)
  })
  beforeEach(async () => {
    await redis.flushall()
  })
  afterAll(async () => {
    redis.disconnect()
    await server.close()
  })

  test('ids count up and are never given twice', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => ledger.nextId()))
    expect(new Set(ids).size).toBe(20)
    expect(ids[0]).toMatch(/^PL-\d+$/)
  })

  test('on a server with restored data, ids go on beyond those that were given out since the backup', async () => {
    const [number, issued] = ['{privatelink}:requests:number', '{privatelink}:requests:issued']
    await ledger.nextId()
    const backup = await Promise.all([number, issued].map((key) => redis.dumpBuffer(key)))
    await redis.hset(issued, 'at', Math.floor(Date.now() / 1_000))
    for (let asked = 0; asked < 5; asked++) await ledger.nextId()
    const other = await startRedis()
    const restored = new Redis(other.url)
    try {
      await Promise.all([number, issued].map((key, at) => restored.restore(key, 0, backup[at] ?? '')))
      await restored.hincrby(issued, 'at', -3 * 3_600)
      const ids = [await redisLedger(restored).nextId(), await redisLedger(restored).nextId()]
      const [next = 0, after] = ids.map((id) => Number(id.slice('PL-'.length)))
      expect(next).toBeGreaterThan(180)
      expect(after).toBe(next + 1)
    } finally {
      restored.disconnect()
      await other.close()
    }
  })

  test('a server that took over without the newest ids gives none of them again', async () => {
    const [number, issued] = ['{privatelink}:requests:number', '{privatelink}:requests:issued']
    await ledger.nextId()
    const received = await Promise.all([number, issued].map((key) => redis.dumpBuffer(key)))
    const lost = await Promise.all(Array.from({ length: 9 }, () => ledger.nextId()))
    const other = await startRedis()
    const successor = new Redis(other.url)
    try {
      await Promise.all([number, issued].map((key, at) => successor.restore(key, 0, received[at] ?? '')))
      expect(lost).not.toContain(await redisLedger(successor).nextId())
    } finally {
      successor.disconnect()
      await other.close()
    }
  })

  test('a request is created once', async () => {
    expect(await ledger.create(request('PL-1'))).toEqual(request('PL-1'))
    await expect(ledger.create({ ...request('PL-1'), state: 'done' })).rejects.toThrow('There is a request PL-1 already.')
    expect(await ledger.get('PL-1')).toEqual(request('PL-1'))
    expect(await ledger.get('PL-2')).toBeUndefined()
  })

  test('of the same asked twice at once, over 50 rounds, one request is stored; when it has ended, the next is', async () => {
    const ask = (id: string) => ledger.create(request(id), (open) => asksForTheSame(open, request(id)))
    for (let round = 0; round < 50; round++) {
      const ids = [`PL-${3 * round + 1}`, `PL-${3 * round + 2}`, `PL-${3 * round + 3}`]
      const stood = await Promise.all(ids.map(ask))
      expect(new Set(stood.map(({ id }) => id)).size).toBe(1)
      expect((await ledger.open()).map(({ id }) => id)).toEqual([stood[0]?.id])
      await ledger.record(stood[0]?.id ?? '', { type: 'cancel', by: alice, at })
    }
  })

  test('an event that means nothing changes nothing, and there must be a request', async () => {
    await ledger.create(request('PL-1'))
    expect(await ledger.record('PL-1', { type: 'finish', run: 'r1', outcome: {}, at })).toEqual({
      request: request('PL-1'),
      changed: false,
    })
    await expect(ledger.record('PL-9', claim)).rejects.toThrow('There is no request PL-9.')
  })

  test('of two decisions at once one counts, over 200 rounds', async () => {
    for (let round = 0; round < 200; round++) {
      const id = `PL-${round}`
      await ledger.create(request(id))
      await ledger.record(id, claim)
      await ledger.record(id, ready)
      const answers = await Promise.all([
        ledger.record(id, { type: 'approve', by: bob, digest: 'd1', at }),
        ledger.record(id, { type: 'reject', by: bob, digest: 'd1', at }),
        ledger.record(id, { type: 'approve', by: bob, digest: 'd1', at }),
      ])
      expect(answers.filter(({ changed }) => changed)).toHaveLength(1)
    }
  })

  test('parallel steps never lose each other’s journal', async () => {
    await ledger.create(request('PL-1'))
    await ledger.record('PL-1', claim)
    await ledger.record('PL-1', ready)
    await ledger.record('PL-1', { type: 'approve', by: bob, digest: 'd1', at })
    const steps = ['private-endpoint', 'dns-zone', 'dns-record', 'network-link', 'organization-entry', 'allow-list'] as const
    const progress = { state: 'done', startedAt: at, changed: true } as const
    await Promise.all(steps.map((id) => ledger.record('PL-1', { type: 'step', run: 'r1', id, progress })))
    expect(Object.keys((await ledger.get('PL-1'))?.steps ?? {}).toSorted()).toEqual([...steps].toSorted())
  })

  test('knows what is open', async () => {
    await Promise.all(['PL-1', 'PL-2'].map((id) => ledger.create(request(id))))
    await ledger.record('PL-1', { type: 'cancel', by: alice, at })
    expect((await ledger.open()).map(({ id }) => id)).toEqual(['PL-2'])
  })

  test('lists the newest first, of all and of one person', async () => {
    for (const number of [1, 2, 10]) await ledger.create(request(`PL-${number}`))
    const asked = { ...request('PL-11').asked, by: bob }
    await ledger.create({ ...request('PL-11'), asked })
    expect((await ledger.newest(3)).map(({ id }) => id)).toEqual(['PL-11', 'PL-10', 'PL-2'])
    expect((await ledger.newest(10, alice.key)).map(({ id }) => id)).toEqual(['PL-10', 'PL-2', 'PL-1'])
    expect(await ledger.newest(10, 'nobody')).toEqual([])
  })

  test('remembers what chat does not show yet, and forgets only the version that was shown', async () => {
    await ledger.create(request('PL-1'))
    const { 'PL-1': first = '' } = await ledger.unshown()
    await ledger.record('PL-1', claim)
    await ledger.shown('PL-1', first)
    const { 'PL-1': second = '' } = await ledger.unshown()
    expect(second).not.toBe('')
    expect(second).not.toBe(first)
    await ledger.shown('PL-1', second)
    expect(await ledger.unshown()).toEqual({})
  })
})
