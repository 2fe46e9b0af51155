import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { connect } from '../../src/redis/connection.ts'
import { redisLedger } from '../../src/redis/ledger.ts'
import { samples } from '../sample-requests.ts'
import { quick } from './house.ts'

/** The jobs process, with the rights that production gives it, removes what is old, and notes outside Redis what the audit has to end with. */

const long = '2020-03-01T14:05:00.000Z'

test('an old request goes, a newer one stays, and the audit verifies against the file of the process until it is emptied', async () => {
  const sandbox = await startSandbox({ latencies: quick })
  const folder = await mkdtemp(join(tmpdir(), 'retention-'))
  const file = join(folder, 'heads')
  const redis = connect(sandbox.redisUrl, { patient: false })
  const ledger = redisLedger(redis)
  const { done } = samples
  await ledger.create({ ...done, id: 'PL-1', asked: { ...done.asked, at: long }, endedAt: long })
  const now = new Date().toISOString()
  await ledger.create({ ...done, id: 'PL-2', asked: { ...done.asked, at: now }, endedAt: now })

  const jobs = await sandbox.start('jobs', { AUDIT_FILE: file })
  await vi.waitFor(async () => expect(await ledger.get('PL-1')).toBeUndefined(), { timeout: 20_000 })
  expect(await ledger.get('PL-2')).toBeDefined()
  await jobs.close()
  expect(JSON.parse((await readFile(file, 'utf8')).trim())).toMatchObject({ msg: 'audit', count: 3 })

  const verify = async (): Promise<string> => {
    const child = spawn('npm', ['run', '--silent', 'audit', '--', 'verify', '--against', file], {
      env: { ...process.env, REDIS_URL: sandbox.redisUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'close')
    const out = await text(child.stdout)
    return `${(await ended)[0]} ${out}`
  }
  expect(await verify()).toContain('0 3 entries')
  await redis.flushall()
  expect(await verify()).toMatch(/^1 Broken .* a kept head names entry 3/)
  redis.disconnect()
  await sandbox.close()
  await rm(folder, { recursive: true })
})
