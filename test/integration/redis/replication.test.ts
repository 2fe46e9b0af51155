import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { newRequest, type RequestEvent } from '../../../src/domain/request.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { replicationOf } from '../../../src/redis/replication.ts'
import { openApproval } from '../../open-approval.ts'
import { alice, bob, plan } from '../../unit/literals.ts'

/** What a person asked for or decided is on a replica before they are told so, where there is one. */

const at = '2026-01-01T12:00:00.000Z'
const place = { surface: 'slack', id: 'C1' } as const
const approval = openApproval({ approvers: [bob], places: [place], askedAt: at, expiresAt: '2026-01-02T12:00:00.000Z' })
const approve: RequestEvent = { type: 'approve', by: bob, digest: 'd1', at }

let main: RedisServer
let replica: RedisServer
let redis: Connection
let onReplica: Connection
beforeAll(async () => {
  ;[main, replica] = await Promise.all([startRedis(), startRedis()])
  redis = connect(main.url, { patient: false })
  onReplica = connect(replica.url, { patient: true })
})
afterAll(async () => {
  redis.disconnect()
  onReplica.disconnect()
  await Promise.all([main.close(), replica.close()])
})

async function awaiting(id: string): Promise<void> {
  const ledger = redisLedger(redis)
  await ledger.create(newRequest(id, { by: alice, place, at, services: [], network: 'prod-westus3' }))
  await ledger.record(id, { type: 'claim', run: 'r1', at })
  await ledger.record(id, { type: 'plan-ready', run: 'r1', plan, digest: 'd1', approval })
}

const waits = async () => Number(/cmdstat_wait:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0)

test('without a replica nothing is waited for', async () => {
  await awaiting('PL-1')
  expect((await redisLedger(redis).record('PL-1', approve)).changed).toBe(true)
  expect(await waits()).toBe(0)
})

test('a request and a decision are on the replica when the ledger says that they are recorded; progress does not wait', async () => {
  await onReplica.call('REPLICAOF', '127.0.0.1', new URL(main.url).port)
  await expect.poll(async () => await onReplica.info('replication'), { timeout: 10_000 }).toContain('master_link_status:up')
  await awaiting('PL-2')
  expect(await waits()).toBe(1)
  await redisLedger(redis).record('PL-2', approve)
  expect(await waits()).toBe(2)
  expect(JSON.parse((await onReplica.get('{privatelink}:request:PL-2')) ?? '{}')).toMatchObject({ state: 'applying' })
})

test('where Redis does not tell its replicas, nothing is waited for', async () => {
  await redis.call('ACL', 'SETUSER', 'silent', 'on', '>secret', '~*', '+@all', '-info')
  const url = new URL(main.url)
  Object.assign(url, { username: 'silent', password: 'secret' })
  const silent = connect(url.href, { patient: false })
  const replication = replicationOf(silent)
  await replication.look()
  expect(await replication.untilReplicated()).toBe('late')
  silent.disconnect()
}, 4_000)

test('where the replica does not answer, the decision stands, and the log says what could be lost', async () => {
  await awaiting('PL-3')
  const pid = Number(/^process_id:(\d+)/m.exec(await onReplica.info('server'))?.[1])
  process.kill(pid, 'SIGSTOP')
  const warnings: unknown[] = []
  try {
    const ledger = redisLedger(redis, { log: { warn: (...said: unknown[]) => void warnings.push(said) } })
    expect((await ledger.record('PL-3', approve)).changed).toBe(true)
    expect(JSON.stringify(warnings)).toContain('PL-3')
  } finally {
    process.kill(pid, 'SIGCONT')
  }
})
