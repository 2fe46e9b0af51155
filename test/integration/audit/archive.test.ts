import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { genesis, hashOf } from '../../../src/domain/audit.ts'
import type { Ledger } from '../../../src/domain/ledger.ts'
import { auditIndexKey, auditKeys, redisAudit } from '../../../src/redis/audit.ts'
import { connect } from '../../../src/redis/connection.ts'
import { redisLedger } from '../../../src/redis/ledger.ts'
import { bob } from '../../unit/literals.ts'
import { approved, at, auditCommand } from './command.ts'

/** What is archived is cut from Redis only when the disk has it, and both verify as one chain. */

const tomorrow = new Date(Date.now() + 86_400_000).toISOString()

let server: RedisServer
let redis: Redis
let ledger: Ledger
let audit: ReturnType<typeof auditCommand>
let archivist: ReturnType<typeof auditCommand>
let folder: string
beforeAll(async () => {
  server = await startRedis()
  redis = connect(server.url, { patient: true }) as Redis
  ledger = redisLedger(redis)
  audit = auditCommand(server)
  archivist = auditCommand(server, 'archivist')
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})
beforeEach(async () => {
  await redis.flushall()
  folder = await mkdtemp(join(tmpdir(), 'archive-'))
  for (const id of ['PL-1', 'PL-2']) await approved(ledger, id)
})
afterEach(async () => await rm(folder, { recursive: true }))

const archiveTo = async (name: string) => await archivist('archive', '--to', join(folder, name), '--before', tomorrow)
const verified = async (...names: readonly string[]) =>
  await audit('verify', ...names.flatMap((name) => ['--archive', join(folder, name)]))

test('two archives and the rest verify as one chain, and histories hold what is left', async () => {
  expect(await archiveTo('one')).toMatchObject({ status: 0, out: expect.stringContaining('Entries 1 to 7 are in ') })
  expect(await redis.llen(auditKeys.log)).toBe(1)
  expect(await redis.exists(auditIndexKey('PL-1'))).toBe(0)
  expect((await redisAudit(redis).of('PL-2')).map(({ event }) => event)).toEqual(['approve'])
  await approved(ledger, 'PL-3')
  expect(await archiveTo('two')).toMatchObject({ status: 0, out: expect.stringContaining('Entries 8 to 11 are in ') })
  await ledger.record('PL-3', { type: 'claim', run: 'r9', at })

  expect(await verified('two', 'one')).toMatchObject({ status: 0, out: expect.stringContaining('13 entries, each follows') })
  expect((await verified('two', 'one')).out).not.toContain('not checked')
  expect(await verified()).toMatchObject({ status: 0, out: expect.stringContaining('The first 11 are archived') })
  expect(await verified('two')).toMatchObject({ status: 0, out: expect.stringContaining('The first 7 are archived') })
  expect((await redisAudit(redis).of('PL-3')).map(({ event }) => event)).toEqual(['approve', 'claim'])
})

test('an archive that is missing, cut short or changed is found', async () => {
  await archiveTo('one')
  await approved(ledger, 'PL-3')
  await archiveTo('two')
  expect(await verified('one')).toMatchObject({ status: 1, out: expect.stringContaining('Entries 8 to 11 were archived') })
  const lines = (await readFile(join(folder, 'one'), 'utf8')).split('\n')
  await writeFile(join(folder, 'short'), `${lines.slice(0, 4).join('\n')}\n`)
  expect(await verified('short', 'two')).toMatchObject({
    status: 1,
    out: expect.stringContaining('Entries 4 to 7 were archived'),
  })
  await writeFile(join(folder, 'changed'), lines.join('\n').replace('approve', 'reject'))
  expect(await verified('changed', 'two')).toMatchObject({ status: 1, out: expect.stringMatching(/^Broken at entry 4\b/) })
  await writeFile(join(folder, 'none'), 'x')
  expect(await verified('none')).toMatchObject({ status: 2, out: expect.stringContaining('is no archive') })
})

test('an archive written anew, with hashes that fit, is found by what Redis knows of its end', async () => {
  await archiveTo('one')
  const [first = '', ...lines] = (await readFile(join(folder, 'one'), 'utf8')).trim().split('\n')
  let hash = genesis
  const forged = lines.map((line) => {
    const { id, entry } = JSON.parse(line.replaceAll('Bob', 'Eve'))
    hash = hashOf(hash, entry)
    return JSON.stringify({ id, hash, entry })
  })
  await writeFile(join(folder, 'forged'), [first, ...forged].join('\n'))
  expect(await verified('forged')).toMatchObject({ status: 1, out: expect.stringMatching(/^Broken at entry 7\b/) })
})

test('a Redis that was emptied after archiving does not verify with the archive', async () => {
  await archiveTo('one')
  await redis.flushall()
  expect(await verified('one')).toMatchObject({ status: 1, out: expect.stringContaining('Redis was emptied') })
})

test('nothing is cut that does not verify, nor where the file cannot be written, nor what is newer', async () => {
  await writeFile(join(folder, 'there'), '')
  expect(await archiveTo('there')).toMatchObject({ status: 2, out: expect.stringContaining('EEXIST') })
  expect(await archivist('archive', '--to', join(folder, 'x'))).toMatchObject({
    status: 0,
    out: expect.stringContaining('Nothing was archived'),
  })
  await redis.lset(auditKeys.log, 2, `${'f'.repeat(64)} {}`)
  expect(await archiveTo('broken')).toMatchObject({
    status: 1,
    out: expect.stringMatching(/^Broken at entry 3.*\. Nothing was archived/),
  })
  expect(await redis.llen(auditKeys.log)).toBe(8)
})

test('the auditor may not archive, and is told who may', async () => {
  const { status, out } = await audit('archive', '--to', join(folder, 'one'), '--before', tomorrow)
  expect(out).toContain('archive needs archivist')
  expect(out).toContain('one is written, and what was not cut is in Redis as well')
  expect(status).toBe(2)
  expect(await verified('one')).toMatchObject({ status: 0, out: expect.stringContaining('8 entries') })
  expect(await redis.llen(auditKeys.log)).toBe(8)
})

test('an archive that died after its file and half of the cut is completed by the next', async () => {
  const cutHalf = { hash: (await redis.lindex(auditKeys.log, 2))?.slice(0, 64), count: 3 }
  await archiveTo('one')
  const lines = (await readFile(join(folder, 'one'), 'utf8')).trim().split('\n').slice(1)
  const links = lines.map((line) => JSON.parse(line)).map(({ hash, entry }) => `${hash} ${entry}`)
  await redis.lpush(auditKeys.log, ...links.slice(3).toReversed())
  await redis.set(auditKeys.archived, `${cutHalf.hash} 3 3`)
  await redis.rpush(auditIndexKey('PL-1'), '4')
  await redis.lpush(auditIndexKey('PL-2'), '7', '6', '5')
  expect(await verified('one')).toMatchObject({ status: 0, out: expect.stringContaining('8 entries') })
  expect(await archiveTo('two')).toMatchObject({ status: 0, out: expect.stringContaining('Entries 4 to 7') })
  expect(await verified('one', 'two')).toMatchObject({ status: 0, out: expect.stringContaining('8 entries') })
})

test('entries of an earlier version are archived with those after them', async () => {
  await redis.flushall()
  let hash = genesis
  for (const event of ['created', 'claim', 'cancel']) {
    const entry = JSON.stringify({ at, request: 'PL-9', event, state: 'planning' })
    hash = hashOf(hash, entry)
    await redis.rpush(auditIndexKey('PL-9'), (await redis.xadd(auditKeys.former, '*', 'entry', entry, 'hash', hash)) ?? '')
  }
  expect(await archiveTo('one')).toMatchObject({ out: expect.stringContaining('Entries 1 to 2') })
  await approved(ledger, 'PL-1')
  expect(await archiveTo('two')).toMatchObject({ out: expect.stringContaining('Entries 3 to 6') })
  await ledger.record('PL-1', { type: 'cancel', by: bob, at })
  expect(await verified('one', 'two')).toMatchObject({ status: 0, out: expect.stringContaining('8 entries') })
})
