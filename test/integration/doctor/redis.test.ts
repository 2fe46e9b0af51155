import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../sandbox/redis.ts'
import { redisCheckup } from '../../../src/doctor/redis.ts'
import type { CheckupResult } from '../../../src/domain/checkup.ts'
import { connect } from '../../../src/redis/connection.ts'
import { type RedisUser, rightsOf } from '../../../src/redis/rights.ts'
import { codesOf } from './run-doctor.ts'

/** A real Redis that evicts, that keeps nothing, and whose users lack one right each. */

let server: RedisServer
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
  await admin.config('SET', 'appendonly', 'yes')
})
afterAll(async () => {
  admin.disconnect()
  await server.close()
})

async function ask(url: string, user: RedisUser): Promise<readonly CheckupResult[]> {
  const redis = connect(url, { patient: false })
  redis.on('error', () => undefined)
  try {
    return await redisCheckup(redis, [user], 'prod-westus3').run(new AbortController().signal)
  } finally {
    redis.disconnect()
  }
}

const users = readFileSync('redis-users.acl', 'utf8')

/** The rules of a user, a selector in parentheses as one, with a password of the test. */
function rulesOf(user: string): readonly string[] {
  const line = users.split('\n').find((each) => new RegExp(`^user ${user}(-\\S+)? `).test(each)) ?? ''
  const [, , ...rules] = line.match(/\([^)]*\)|\S+/g) ?? []
  return ['>secret-of-test', ...rules.filter((rule) => !rule.startsWith('>'))]
}

/** What the doctor finds where the user of a process has these rules. */
async function askWith(user: RedisUser, rules: readonly string[]): Promise<readonly CheckupResult[]> {
  await admin.call('ACL', 'SETUSER', 'tested', 'reset', ...rules)
  return await ask(server.url.replace('//', '//tested:secret-of-test@'), user)
}

test.each(['bot', 'jobs', 'diagnostics'] as const)(
  'the user of %s in redis-users.acl has what it needs, and nothing else that is tried',
  async (user) => {
    expect(rightsOf(user, 'prod-westus3').length).toBeGreaterThan(1)
    const results = await askWith(user, rulesOf(user))
    expect(codesOf(results)).toEqual([])
    expect(results.at(-1)).toMatchObject({ code: 'redis-rights', level: 'ok' })
  },
)

const grants = (['bot', 'jobs', 'diagnostics'] as const).flatMap((user) =>
  rulesOf(user)
    .filter((rule) => /^(~|%R~|\(|\+info)/.test(rule))
    .map((rule) => [user, rule] as const),
)
test.each(grants)('%s without %s is a finding that names what it may not do', async (user, missing) => {
  const results = await askWith(
    user,
    rulesOf(user).filter((rule) => rule !== missing),
  )
  const findings = results.filter(({ level }) => level === 'fail')
  expect(codesOf(findings)).toEqual(['redis-rights-missing'])
  expect(findings[0]?.text).toMatch(/may not .{10,}/)
  expect(findings[0]?.remedy).toContain('npm run acl')
})

test('a user that may do everything', async () => {
  const findings = await ask(server.url, 'bot')
  expect(codesOf(findings)).toEqual(['redis-rights-excess'])
  expect(findings.at(-1)?.text).toContain('change the past of the audit; administrate Redis')
})

test('a wrong password', async () => {
  expect(codesOf(await ask(server.url.replace('//', '//bot:other@'), 'bot'))).toEqual(['redis-refuses-user'])
})

test('a Redis that evicts, and one that keeps nothing', async () => {
  const bot = server.urlFor('bot')
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
  const evicting = await ask(bot, 'bot')
  await admin.config('SET', 'maxmemory-policy', 'noeviction')
  await admin.config('SET', 'appendonly', 'no')
  const forgetting = await ask(bot, 'bot')
  await admin.config('SET', 'appendonly', 'yes')
  expect(codesOf(evicting)).toEqual(['redis-evicts'])
  expect(evicting.find(({ level }) => level === 'fail')?.remedy).toContain('noeviction')
  expect(codesOf(forgetting)).toEqual(['redis-not-persistent'])
  expect(forgetting.find(({ level }) => level === 'warn')?.remedy).toContain('appendonly yes')
})

test('a replica takes no writes', async () => {
  const replica = await startRedis()
  const other = new Redis(replica.url)
  const { port } = new URL(server.url)
  await other.config('SET', 'appendonly', 'yes')
  await other.call('REPLICAOF', '127.0.0.1', port)
  const codes = codesOf(await ask(replica.urlFor('bot'), 'bot'))
  other.disconnect()
  await replica.close()
  expect(codes).toContain('redis-read-only')
})
