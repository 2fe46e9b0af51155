import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { freePort } from '../../../sandbox/free-port.ts'
import { newRequest } from '../../../src/domain/request.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { contentsOf } from '../../fixtures/redis-contents.ts'
import { verifyAudit } from '../../fixtures/verify-audit.ts'
import { openApproval } from '../../open-approval.ts'
import { alice, bob, plan } from '../../unit/literals.ts'

/** docs/operations.md, Backups: what it says of both kinds, and of the traps between them, with real servers. */

const at = '2026-01-01T12:00:00.000Z'
const place = { surface: 'slack', id: 'C1' } as const
const program = spawnSync('redis-server', ['--version']).status === 0 ? 'redis-server' : 'valkey-server'

interface Server {
  readonly redis: Redis
  readonly url: string
  close(): Promise<void>
}

/** A server that keeps its data in this folder, and reads what lies there. */
async function open(folder: string, appendonly: 'yes' | 'no'): Promise<Server> {
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  const settings = { port, bind: '127.0.0.1', dir: folder, appendonly, appendfsync: 'always', save: '' }
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(program, words, { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const url = `redis://127.0.0.1:${port}`
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 25 })
  redis.on('error', () => undefined)
  await redis.ping()
  const server: Server = {
    redis,
    url,
    async close() {
      redis.disconnect()
      child.kill('SIGKILL')
      await ended
    },
  }
  running.add(server)
  return server
}

const running = new Set<Server>()
let root: string
let original: Server
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'privatelink-backup-'))
  original = await open(join(root, 'original'), 'yes')
  const ledger = redisLedger(original.redis)
  for (let number = 1; number <= 30; number++) {
    const id = await ledger.nextId()
    await ledger.create(
      newRequest(id, { by: alice, place, at, services: [{ service: 'analytics-prod' }], network: `n${number}` }),
    )
    await ledger.record(id, { type: 'claim', run: 'r1', at })
    const approval = openApproval({ approvers: [bob], places: [place], askedAt: at, expiresAt: '2026-01-02T12:00:00.000Z' })
    await ledger.record(id, { type: 'plan-ready', run: 'r1', plan, digest: 'd1', approval })
    if (number % 2 === 0) await ledger.record(id, { type: 'approve', by: bob, surface: 'slack', digest: 'd1', at })
  }
})
afterEach(async () => {
  for (const server of running) if (server !== original) await server.close()
})
afterAll(async () => {
  await original?.close()
  await rm(root, { recursive: true, force: true })
})

async function isTheSame({ redis, url }: Server): Promise<void> {
  expect(await contentsOf(redis)).toEqual(await contentsOf(original.redis))
  const ledger = redisLedger(redis)
  expect(await ledger.newest(100)).toEqual(await redisLedger(original.redis).newest(100))
  expect(await ledger.open()).toHaveLength(30)
  const { hash, count } = await verifyAudit(original.url)
  expect(count).toBe(105)
  expect(await verifyAudit(url, '--expect', hash)).toMatchObject({ status: 0, count })
}

/** A snapshot, made while the server serves, in a folder of its own. */
async function snapshot(name: string): Promise<string> {
  const before = await original.redis.lastsave()
  // `LASTSAVE` counts in seconds.
  await vi.waitUntil(async () => Number((await original.redis.time())[0]) > before, { timeout: 10_000 })
  await original.redis.bgsave()
  await vi.waitUntil(async () => (await original.redis.lastsave()) > before, { timeout: 10_000 })
  const folder = join(root, name)
  await mkdir(folder)
  await cp(join(root, 'original', 'dump.rdb'), join(folder, 'dump.rdb'))
  return folder
}

test('a snapshot restores the ledger, without the append-only file at first, and with it from then on', async () => {
  const folder = await snapshot('from-snapshot')
  const restored = await open(folder, 'no')
  await isTheSame(restored)
  await restored.redis.config('SET', 'appendonly', 'yes')
  await vi.waitUntil(async () =>
    /aof_rewrite_in_progress:0[\s\S]*aof_rewrite_scheduled:0/.test(await restored.redis.info('persistence')),
  )
  await restored.close()
  await isTheSame(await open(folder, 'yes'))
})

test('a server that is told to keep an append-only file does not read a snapshot: it begins empty', async () => {
  const empty = await open(await snapshot('the-trap'), 'yes')
  expect(await empty.redis.dbsize()).toBe(0)
})

async function appendOnlyFile(name: string): Promise<{ readonly folder: string; readonly newest: string }> {
  const folder = join(root, name)
  await mkdir(folder)
  await cp(join(root, 'original', 'appendonlydir'), join(folder, 'appendonlydir'), { recursive: true })
  const files = await readdir(join(folder, 'appendonlydir'))
  return { folder, newest: join(folder, 'appendonlydir', files.find((file) => file.endsWith('.incr.aof')) ?? '') }
}

test('a copy of the append-only file restores the ledger', async () => {
  await isTheSame(await open((await appendOnlyFile('from-file')).folder, 'yes'))
})

test('a file that was cut in the middle of a change loses that change as a whole, and the audit still verifies', async () => {
  const { folder, newest } = await appendOnlyFile('cut')
  await truncate(newest, (await stat(newest)).size - 40)
  const restored = await open(folder, 'yes')
  expect(await verifyAudit(restored.url)).toMatchObject({ status: 0, count: 104 })
  const before = await redisLedger(original.redis).get('PL-30')
  const after = await redisLedger(restored.redis).get('PL-30')
  expect([before?.state, after?.state]).toEqual(['applying', 'awaiting-approval'])
})

test('a backup that is older than what was kept elsewhere of the audit is told as such', async () => {
  const folder = await snapshot('old')
  const { redis } = original
  const kept = await contentsOf(redis)
  await redisLedger(redis).record('PL-1', { type: 'approve', by: bob, surface: 'slack', digest: 'd1', at })
  const { hash } = await verifyAudit(original.url)
  const restored = await open(folder, 'no')
  expect(await contentsOf(restored.redis)).toEqual(kept)
  expect((await verifyAudit(restored.url)).status).toBe(0)
  expect((await verifyAudit(restored.url, '--expect', hash)).status).toBe(1)
})
