import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newRequest, type RequestEvent } from '../../../src/domain/request.ts'
import { type Connection, connect } from '../../../src/redis/connection.ts'
import { allRequestsKey, redisLedger, requestKey } from '../../../src/redis/ledger.ts'
import { openRequestsKey } from '../../../src/redis/open-states.ts'
import { type Replication, replicationOf } from '../../../src/redis/replication.ts'
import { openApproval } from '../../open-approval.ts'
import { type FailingCluster, startCluster } from '../../redis-servers.ts'
import { alice, bob, plan } from '../../unit/literals.ts'

/** In a Redis Cluster too, what a person asked for or decided is on a replica before they are told so. */

const at = '2026-01-01T12:00:00.000Z'
const place = { surface: 'slack', id: 'C1' } as const
const approval = openApproval({ approvers: [bob], places: [place], askedAt: at, expiresAt: '2026-01-02T12:00:00.000Z' })
const approve: RequestEvent = { type: 'approve', by: bob, digest: 'd1', at }

let cluster: FailingCluster
let redis: Connection
let replication: Replication
beforeAll(async () => {
  cluster = await startCluster(allRequestsKey)
  redis = connect(cluster.environment('bot').REDIS_URL ?? '', { patient: false })
  replication = replicationOf(redis)
}, 60_000)
afterAll(async () => {
  redis?.disconnect()
  await cluster?.close()
})

async function awaiting(id: string): Promise<void> {
  const ledger = redisLedger(redis)
  await ledger.create(newRequest(id, { by: alice, place, at, services: [], network: 'prod-westus3' }))
  await ledger.record(id, { type: 'claim', run: 'r1', at })
  await ledger.record(id, { type: 'plan-ready', run: 'r1', plan, digest: 'd1', approval })
}

/** How often each node was asked to wait for its replicas, by its port; those that were not are left out. */
async function waits(): Promise<Readonly<Record<number, number>>> {
  const counts: Record<number, number> = {}
  for (const port of cluster.ports) {
    const [, calls] = /cmdstat_wait:calls=(\d+)/.exec(String(await cluster.ask(port, 'INFO', 'commandstats'))) ?? []
    if (calls !== undefined) counts[port] = Number(calls)
  }
  return counts
}

/** As the ledger asks it, after a write. */
async function written(): Promise<string> {
  try {
    await redis.sadd(openRequestsKey, 'PL-0')
    return await replication.untilReplicated()
  } catch {
    return 'refused'
  }
}

test('the master of the keys is asked, and no other; progress does not wait', async () => {
  const owner = await cluster.owner()
  await awaiting('PL-1')
  expect(await waits()).toEqual({ [owner]: 1 })
  await redisLedger(redis).record('PL-1', approve)
  expect(await waits()).toEqual({ [owner]: 2 })
  expect(await written()).toBe('replicated')
  const { port } = await cluster.replica()
  const onReplica = new Redis({ port, readOnly: true })
  expect(JSON.parse((await onReplica.get(requestKey('PL-1'))) ?? '{}')).toMatchObject({ state: 'applying' })
  onReplica.disconnect()
})

test('where its replica does not answer, the decision stands, and the log says what could be lost', async () => {
  await awaiting('PL-2')
  const replica = await cluster.replica()
  replica.process.kill('SIGSTOP')
  const warnings: unknown[] = []
  try {
    const ledger = redisLedger(redis, { log: { warn: (...said: unknown[]) => void warnings.push(said) } })
    expect((await ledger.record('PL-2', approve)).changed).toBe(true)
    expect(warnings).toEqual([[{ request: 'PL-2' }, expect.stringContaining('a failover now could lose it')]])
    expect(await written()).toBe('late')
  } finally {
    replica.process.kill('SIGCONT')
  }
  await expect.poll(written, { timeout: 10_000 }).toBe('replicated')
})

test('after a failover the new master is asked', { timeout: 60_000 }, async () => {
  const former = await cluster.owner()
  await cluster.handOver()
  const owner = await cluster.owner()
  expect(owner).not.toBe(former)
  await expect.poll(written, { timeout: 20_000 }).toBe('replicated')
  const before = await waits()
  await awaiting('PL-3')
  expect(await waits()).toEqual({ ...before, [owner]: (before[owner] ?? 0) + 1 })
})

test('where the replica has gone, nothing is waited for', async () => {
  const replica = await cluster.replica()
  replica.process.kill('SIGKILL')
  await expect.poll(written, { timeout: 10_000 }).toBe('none')
  const before = await waits()
  await awaiting('PL-4')
  expect(await waits()).toEqual(before)
})
