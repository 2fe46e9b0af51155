import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freePort } from '../../../sandbox/free-port.ts'
import { redisCheckup } from '../../../src/doctor/redis.ts'
import { connect } from '../../../src/redis/connection.ts'
import { codesOf } from './run-doctor.ts'

/** A Redis Cluster of two masters, one of which evicts. */

const program = spawnSync('redis-server', ['--version']).status === 0 ? 'redis-server' : 'valkey-server'

const masters: { readonly redis: Redis; readonly url: string; close(): Promise<void> }[] = []
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privatelink-cluster-'))
  for (const name of ['a', 'b']) {
    const port = await freePort()
    const settings = {
      port,
      bind: '127.0.0.1',
      dir: folder,
      appendonly: 'yes',
      appenddirname: name,
      'cluster-enabled': 'yes',
      'cluster-config-file': `${name}.conf`,
      save: '',
    }
    const words = Object.entries(settings).flatMap(([setting, value]) => [`--${setting}`, String(value)])
    // A bus port is the port and 10,000, which may be beyond the last one.
    const server = spawn(program, [...words, '--cluster-port', String(await freePort())], { stdio: 'ignore' })
    const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))
    const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 25 })
    redis.on('error', () => undefined)
    await redis.ping()
    masters.push({
      redis,
      url: `redis://127.0.0.1:${port}`,
      async close() {
        redis.disconnect()
        server.kill('SIGKILL')
        await ended
      },
    })
  }
  const [first, second] = masters
  if (first === undefined || second === undefined) throw new Error('There are no servers.')
  await first.redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191')
  await second.redis.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383')
  const bus = /@(\d+)/.exec(String(await second.redis.call('CLUSTER', 'NODES')))?.[1] ?? ''
  await first.redis.call('CLUSTER', 'MEET', '127.0.0.1', new URL(second.url).port, bus)
  for (const { redis } of masters)
    await vi.waitUntil(
      async () => /cluster_state:ok[\s\S]*cluster_known_nodes:2/.test(String(await redis.call('CLUSTER', 'INFO'))),
      { timeout: 20_000 },
    )
})
afterAll(async () => {
  await Promise.all(masters.map((master) => master.close()))
  await rm(folder, { recursive: true, force: true })
})

test('every master is looked at, and what they have in common is told once', async () => {
  const cluster = connect(masters.map(({ url }) => url).join(','), { patient: false })
  cluster.on('error', () => undefined)
  const ask = async () => await redisCheckup(cluster, ['bot']).run(new AbortController().signal)
  const well = await ask()
  expect(codesOf(well)).toEqual(['redis-rights-excess'])
  expect(well.filter(({ code }) => code === 'redis-version')).toHaveLength(1)
  await masters[1]?.redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  expect(codesOf(await ask())).toEqual(['redis-evicts', 'redis-rights-excess'])
  await masters[1]?.redis.config('SET', 'appendonly', 'no')
  expect(codesOf(await ask())).toEqual(['redis-evicts', 'redis-not-persistent', 'redis-rights-excess'])
  cluster.disconnect()
})
