import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { type AuditHeads, openAuditHeads } from '../../../src/audit-heads.ts'
import { auditIndexKey, auditKeys } from '../../../src/redis/audit.ts'
import { connect } from '../../../src/redis/connection.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { bob } from '../../unit/literals.ts'
import { approved, at, auditCommand } from './command.ts'

/** Each process that appends notes the newest entry outside Redis, and a shorter audit does not verify against it. */

let server: RedisServer
let redis: Redis
let audit: ReturnType<typeof auditCommand>
let webhook: Server
let status = 200
const received: string[] = []
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.url, { patient: true }) as Redis
  audit = auditCommand(server)
  webhook = createServer(async (request, response) => {
    const body = await text(request)
    if (status === 200) received.push(body)
    response.writeHead(status).end()
  })
  webhook.listen(0, '127.0.0.1')
  await once(webhook, 'listening')
})
afterAll(async () => {
  redis.disconnect()
  webhook.close()
  await server.close()
})

let folder: string
let file: string
let heads: AuditHeads
const lines: object[] = []
beforeEach(async () => {
  await redis.flushall()
  folder = await mkdtemp(join(tmpdir(), 'heads-'))
  file = join(folder, 'heads')
  status = 200
  received.length = 0
  lines.length = 0
  const webhookUrl = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/secret-path`
  const log = {
    info: (fields: object, msg: string) => lines.push({ ...fields, msg }),
    warn: (fields: object) => lines.push(fields),
  }
  heads = await openAuditHeads({ file, webhookUrl }, log as unknown as Parameters<typeof openAuditHeads>[1], { retryMs: 20 })
  await approved(redisLedger(redis, { appended: heads.note }), 'PL-1')
})
afterEach(async () => {
  await heads.close()
  await rm(folder, { recursive: true })
})

const against = async () => await audit('verify', '--against', file)

test('log, file and webhook know the newest entry, and an untouched audit verifies against it', async () => {
  await heads.close()
  const hash = (await redis.lindex(auditKeys.log, -1))?.slice(0, 64)
  expect(lines).toEqual([1, 2, 3, 4].map((count) => ({ count, hash: expect.any(String), msg: 'audit' })))
  const newest = { msg: 'audit', at: expect.any(String), count: 4, hash }
  expect(JSON.parse((await readFile(file, 'utf8')).trim().split('\n').at(-1) ?? '')).toEqual(newest)
  expect(JSON.parse(received.at(-1) ?? '')).toEqual(newest)
  expect((await against()).out).toMatch(/^4 entries, each follows from the one before\. The newest hash is [0-9a-f]{64}\.\n$/)
})

test('a shortened, an emptied and a newly written audit do not verify, though Redis says nothing of it', async () => {
  await heads.close()
  await redis.rpop(auditKeys.log)
  await redis.decr(auditKeys.appended)
  await redis.rpop(auditIndexKey('PL-1'))
  expect((await audit('verify')).status).toBe(0)
  expect(await against()).toMatchObject({ status: 1, out: expect.stringContaining('a kept head names entry 4') })
  await redis.flushall()
  expect((await audit('verify')).status).toBe(0)
  expect(await against()).toMatchObject({ status: 1, out: expect.stringContaining('has 0 entries') })
  await approved(redisLedger(redis), 'PL-7')
  await redisLedger(redis).record('PL-7', { type: 'cancel', by: bob, at })
  expect((await audit('verify')).status).toBe(0)
  expect(await against()).toMatchObject({ status: 1, out: expect.stringMatching(/^Broken at entry \d.*was written anew/) })
})

test('the log of a process serves as well, and a file without a head is no proof', async () => {
  await heads.close()
  const logged = lines.map((line) => JSON.stringify({ level: 30, name: 'bot', ...line }))
  await writeFile(file, ['not JSON', '{"level":30,"msg":"ready","count":1,"hash":"x"}', ...logged, '{"count":4,"ha'].join('\n'))
  expect((await against()).status).toBe(0)
  await redis.flushall()
  expect((await against()).status).toBe(1)
  await writeFile(file, '{"msg":"ready"}\n')
  expect(await against()).toMatchObject({ status: 2, out: expect.stringContaining('names no entry') })
  expect((await audit('verify', '--against', join(folder, 'absent'))).status).toBe(2)
})

test('a webhook that refuses gets the newest later, and never delays who appends', async () => {
  status = 500
  await approved(redisLedger(redis, { appended: heads.note }), 'PL-2')
  await vi.waitFor(() => expect(lines).toContainEqual({ err: expect.any(Error), place: 'AUDIT_WEBHOOK_URL' }))
  received.length = 0
  status = 200
  await vi.waitFor(() => expect(JSON.parse(received.at(-1) ?? '{}')).toMatchObject({ count: 8 }))
})

test('a file that cannot be written ends the start', async () => {
  const log = { info: () => undefined, warn: () => undefined } as unknown as Parameters<typeof openAuditHeads>[1]
  await expect(openAuditHeads({ file: join(folder, 'no', 'such') }, log)).rejects.toThrow('ENOENT')
})
