import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { newRequest, type Request, type RequestEvent } from '../../../src/domain/request.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { openApproval } from '../../open-approval.ts'
import { type SwitchingProxy, startSwitchingProxy } from '../../switching-proxy.ts'
import { alice, bob, plan } from '../../unit/literals.ts'

/**
 * A master hands over: one of its replicas leaves and becomes the master, and for a while the former one still takes writes, which the other replica has too,
 * and which are lost.
 */

const at = '2026-01-01T12:00:00.000Z'
const place = { surface: 'slack', id: 'C1' } as const
const approval = openApproval({ approvers: [bob], places: [place], askedAt: at, expiresAt: '2026-01-02T12:00:00.000Z' })
const approve: RequestEvent = { type: 'approve', by: bob, digest: 'd1', at }

let servers: readonly [RedisServer, RedisServer, RedisServer]
let own: readonly [Connection, Connection, Connection]
let proxy: SwitchingProxy
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis(), startRedis()])
  own = [
    connect(servers[0].url, { patient: true }),
    connect(servers[1].url, { patient: true }),
    connect(servers[2].url, { patient: true }),
  ]
  proxy = await startSwitchingProxy(servers[0].url)
})
afterAll(async () => {
  for (const connection of own) connection.disconnect()
  proxy.close()
  await Promise.all(servers.map((server) => server.close()))
})

const follow = async (replica: Connection, master: RedisServer) => {
  await replica.call('REPLICAOF', '127.0.0.1', new URL(master.url).port)
  await expect.poll(() => replica.info('replication'), { timeout: 10_000 }).toContain('master_link_status:up')
}

const replicasOf = async (master: Connection) => Number(/connected_slaves:(\d+)/.exec(await master.info('replication'))?.[1])

const isSettled = async (work: Promise<unknown>, withinMs: number) => {
  const early = await Promise.race([work.then(() => 'settled'), sleep(withinMs, 'open')])
  return early === 'settled'
}

test('what is written to the former master is written again to the new one, and nobody is told of it before', {
  timeout: 60_000,
}, async () => {
  const [old, next, other] = own
  for (const connection of own) await connection.call('CONFIG', 'SET', 'repl-diskless-sync-delay', '0')
  await Promise.all([follow(next, servers[0]), follow(other, servers[0])])
  await expect.poll(() => replicasOf(old)).toBe(2)
  const redis = connect(proxy.url, { patient: false })
  redis.on('error', () => undefined)
  const changes: Request[] = []
  const ledger = redisLedger(redis, { changed: (_before, after) => void changes.push(after) })
  const asked = { by: alice, place, at, services: [], network: 'prod-westus3' }
  await ledger.create(newRequest('PL-1', asked))
  await ledger.record('PL-1', { type: 'claim', run: 'r1', at })
  await ledger.record('PL-1', { type: 'plan-ready', run: 'r1', plan, digest: 'd1', approval })
  changes.splice(0)
  for (const replica of [next, other])
    await expect.poll(() => replica.get('{privatelink}:request:PL-1'), { timeout: 10_000 }).toContain('awaiting-approval')

  await next.call('REPLICAOF', 'NO', 'ONE')
  await expect.poll(() => replicasOf(old)).toBe(1)
  const creating = ledger.create(newRequest('PL-2', asked))
  const approving = ledger.record('PL-1', approve)
  await expect.poll(() => other.exists('{privatelink}:request:PL-2')).toBe(1)
  expect(await isSettled(creating, 1_000)).toBe(false)
  expect(await isSettled(approving, 0)).toBe(false)
  expect(changes).toEqual([])

  proxy.leadTo(servers[1].url)
  await Promise.all([follow(other, servers[1]), follow(old, servers[1])])
  redis.disconnect(true)
  expect(await creating).toMatchObject({ id: 'PL-2' })
  expect(await approving).toMatchObject({ changed: true, request: { state: 'applying' } })
  expect(changes.map(({ id, state }) => [id, state])).toEqual([['PL-1', 'applying']])
  expect(JSON.parse((await next.get('{privatelink}:request:PL-2')) ?? '{}')).toMatchObject({ state: 'planning' })
  expect(JSON.parse((await next.get('{privatelink}:request:PL-1')) ?? '{}')).toMatchObject({ state: 'applying' })
  redis.disconnect()
})
