import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { keys, slack as workspace } from '../../sandbox/estate.ts'
import { freePort } from '../../sandbox/free-port.ts'
import type { Call, Refusal } from '../../sandbox/world.ts'
import { openChat } from './chat.ts'

/** The story with faults thrown in, so that errors of every SDK are logged and shown; afterwards no secret is anywhere to be read. */
test('secrets reach no log line, no message and no Redis key', async () => {
  const webhook = 'T0CANARY/B0CANARY/of-the-audit'
  const audit = { AUDIT_WEBHOOK_URL: `http://127.0.0.1:${await freePort()}/${webhook}` }
  const chat = await openChat({ environment: { bot: audit, jobs: audit } })
  const { sandbox, people } = chat
  const { world, arm, slack } = sandbox
  const refusals: [(call: Call) => boolean, Refusal][] = [
    [
      ({ vendor, method }) => vendor === 'clickhouse' && method === 'GET',
      { status: 500, body: { status: 500, error: 'INTERNAL: oops' } },
    ],
    [
      ({ vendor, method }) => vendor === 'arm' && method === 'GET',
      { status: 401, body: { error: { code: 'InvalidAuthenticationToken', message: 'no' } } },
    ],
    [({ vendor, path }) => vendor === 'slack' && path.includes('chat.postMessage'), { status: 500, body: 'oops' }],
    [
      ({ vendor, path }) => vendor === 'slack' && path.includes('chat.update'),
      { status: 200, body: { ok: false, error: 'internal_error' } },
    ],
  ]
  world.gate = async (call, phase) => {
    const index = phase === 'arrived' ? refusals.findIndex(([isIt]) => isIt(call)) : -1
    return index < 0 ? undefined : refusals.splice(index, 1)[0]?.[1]
  }
  await chat.ask('setup analytics-prod in prod-westus3', '· failed', 'InvalidAuthenticationToken')
  await people.command('alice', 'setup analytics-prod in prod-westus3')
  await people.click('bob', await chat.card('approvals', 'awaiting-approval'), 'Approve')
  await chat.card('approvals', '· done')
  await chat.ask('diagnose analytics-prod from prod-westus3', 'healthy')
  expect(refusals).toEqual([])

  const secrets = {
    'ClickHouse key secret': keys.secret,
    'ClickHouse authorization': Buffer.from(`${keys.id}:${keys.secret}`).toString('base64'),
    'Slack bot token': workspace.botToken,
    'Slack signing secret': workspace.signingSecret,
    'Azure identity header': arm.identity.header,
    ...Object.fromEntries(
      (['bot', 'jobs', 'diagnostics'] as const).map((name) => [
        `Redis password of ${name}`,
        new URL(sandbox.environment(name).REDIS_URL ?? '').password,
      ]),
    ),
    'the audit’s webhook': webhook,
    'a bearer token': 'Bearer ey',
  }
  const readable = {
    logs: chat.processes.flatMap(({ output }) => output).join('\n'),
    messages: JSON.stringify([slack.messages, slack.ephemerals, slack.views, slack.responses]),
    redis: await everythingIn(sandbox.redisUrl),
  }
  expect(readable.logs).toContain('InvalidAuthenticationToken')
  expect(readable.logs).toContain('the head of the audit is not noted there')
  expect(readable.logs).toMatch(/"count":\d+,"hash":"[0-9a-f]{64}","msg":"audit"/)
  expect(readable.redis).toContain('PL-2')
  for (const [place, text] of Object.entries(readable)) {
    for (const [name, secret] of Object.entries(secrets)) expect(text.includes(secret), `${name} in ${place}`).toBe(false)
    expect(text).not.toMatch(/authorization["':\s]+(Bearer|Basic) (?!\[secret)/i)
  }
  await chat.close()
})

/** Every key of every type, as Redis would write it to disk. */
async function everythingIn(url: string): Promise<string> {
  const redis = new Redis(url)
  const parts: string[] = []
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key)
    const read = { string: () => redis.get(key), hash: () => redis.hgetall(key), stream: () => redis.xrange(key, '-', '+') }
    const rest = {
      zset: () => redis.zrange(key, '0', '-1'),
      set: () => redis.smembers(key),
      list: () => redis.lrange(key, 0, -1),
    }
    const reader = Object.entries({ ...read, ...rest }).find(([name]) => name === type)
    parts.push(`${key} ${JSON.stringify(await reader?.[1]())}`)
  }
  redis.disconnect()
  return parts.join('\n')
}
