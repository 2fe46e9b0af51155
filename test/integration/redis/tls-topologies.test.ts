import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAuthority } from '../../../sandbox/certificates.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { redisIn, redisVariables } from '../../../src/config/redis.ts'
import { connect } from '../../../src/redis/connection.ts'
import { prefix } from '../../../src/redis/queues.ts'
import { type Failing, startCluster, startSentinels } from '../../redis-servers.ts'
import { codesOf, runDoctor } from '../doctor/run-doctor.ts'

/** TLS with sentinels and in a cluster. The servers' certificates are for a name, and each server asks for one of its client. */

const folder = mkdtempSync(join(tmpdir(), 'privatelink-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

const topologies = {
  sentinels: () => startSentinels({ isEncrypted: true }),
  'a cluster': () => startCluster(`${prefix}:any`, { isEncrypted: true }),
} as const

type Environment = Readonly<Record<string, string>>

/** What a person gets who asks now, as the bot asks. `told`: of each error of the connection. */
async function answer(environment: Environment, told: (error: Error) => void = () => undefined): Promise<string> {
  const redis = connect(redisIn(z.object(redisVariables).parse(environment)).redisUrl, { patient: false })
  redis.on('error', told)
  try {
    return (await redis.exists(`${prefix}:request:PL-1`)) === 0 ? 'absent' : 'there'
  } catch {
    return 'none'
  } finally {
    redis.disconnect()
  }
}

/** The codes of what the connection's errors say of their causes. */
async function faultsOf(environment: Environment): Promise<ReadonlySet<unknown>> {
  const errors: Error[] = []
  expect(await answer(environment, (error) => errors.push(error))).toBe('none')
  return new Set(errors.map(({ cause }) => (cause instanceof Error ? Reflect.get(cause, 'code') : undefined)))
}

const without = (environment: Environment, ...names: readonly string[]): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)))

describe.each(['sentinels', 'a cluster'] as const)('%s', (topology) => {
  let redis: Failing
  let sandbox: Sandbox
  beforeAll(async () => {
    redis = await topologies[topology]()
    sandbox = await startSandbox({ redisUrl: await redis.master() })
  }, 60_000)
  afterAll(async () => {
    await sandbox?.close()
    await redis?.close()
  })

  test('a server is trusted by its authority and its name, and asks for a certificate', async () => {
    const environment = redis.environment('bot')
    const other = join(folder, 'other.pem')
    writeFileSync(other, (await createAuthority()).certificate)
    const byAddress = environment.REDIS_URL?.replaceAll('localhost', '127.0.0.1') ?? ''
    const asked = [
      environment,
      { ...environment, REDIS_CA_FILE: other },
      without(environment, 'REDIS_CA_FILE'),
      without(environment, 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'),
      { ...environment, REDIS_URL: byAddress },
    ]
    expect(await Promise.all(asked.map((each) => answer(each)))).toEqual(['absent', 'none', 'none', 'none', 'none'])
  })

  test('where no server is trusted, or none trusts the process, the error says why', async () => {
    const environment = redis.environment('bot')
    const [untrusting, untrusted] = await Promise.all([
      faultsOf(without(environment, 'REDIS_CA_FILE')),
      faultsOf(without(environment, 'REDIS_CERT_FILE', 'REDIS_KEY_FILE')),
    ])
    expect(untrusting).toEqual(new Set(['SELF_SIGNED_CERT_IN_CHAIN']))
    // Where the server closes the connection before its reason is read, the cause is that alone.
    expect(untrusted).toContain('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
  })

  test('the doctor says what is wrong with a certificate', async () => {
    const environment = { ...sandbox.environment('diagnostics'), ...redis.environment('diagnostics-prod-westus3') }
    const [untrusting, untrusted] = await Promise.all([
      runDoctor(without(environment, 'REDIS_CA_FILE'), '--json'),
      runDoctor(without(environment, 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'), '--json'),
    ])
    expect(codesOf(untrusting.findings)).toEqual(['redis-not-trusted'])
    expect(untrusting.findings[0]?.remedy).toContain('REDIS_CA_FILE')
    expect(codesOf(untrusted.findings)).toEqual(['redis-wants-certificate'])
    expect(untrusted.findings[0]?.remedy).toContain('REDIS_CERT_FILE')
  })

  test('doctor and audit work over it', async () => {
    const { findings, results } = await runDoctor(
      { ...sandbox.environment('diagnostics'), ...redis.environment('diagnostics-prod-westus3') },
      '--json',
    )
    expect(codesOf(findings).filter((code) => code.startsWith('redis'))).toEqual(['redis-not-persistent'])
    expect(results.map(({ code }) => code)).toContain('redis-rights')
    const audit = spawnSync(process.execPath, ['src/audit/main.ts', 'verify'], {
      env: { PATH: process.env.PATH ?? '', ...redis.environment('auditor') },
      timeout: 20_000,
    })
    expect([audit.status, `${audit.stdout}${audit.stderr}`]).toEqual([0, expect.stringMatching(/^0 entries/)])
  })

  test('the processes work over it, and go on when the master dies', { timeout: 120_000 }, async () => {
    const users = { bot: 'bot', jobs: 'jobs', diagnostics: 'diagnostics-prod-westus3' } as const
    const names = ['bot', 'jobs', 'diagnostics'] as const
    const processes = await Promise.all(names.map((name) => sandbox.start(name, redis.environment(users[name]))))
    const people = sandbox.slack.driver(`${sandbox.botUrl}/slack/events`)
    const answered = () =>
      sandbox.slack.messages.filter((message) => sandbox.slack.render(message, 10_000).includes('endpoint-disconnected')).length
    // From the bot to jobs, to diagnostics, to jobs, and to the bot. While the servers choose a master, the bot asks to be asked again.
    const diagnose = async () => {
      const before = answered()
      await expect
        .poll(
          async () => {
            if (answered() === before) await people.command('alice', 'diagnose analytics-prod from prod-westus3')
            return answered()
          },
          { timeout: 40_000, interval: 2_000 },
        )
        .toBeGreaterThan(before)
    }
    await diagnose()
    await redis.kill()
    await diagnose()
    const lines = processes.flatMap(({ output }) => output)
    expect(lines.filter((line) => !line.startsWith('{'))).toEqual([])
  })
})
