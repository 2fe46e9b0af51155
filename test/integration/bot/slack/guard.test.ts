import { afterAll, beforeAll, expect, test } from 'vitest'
import { slack as workspace } from '../../../../sandbox/estate.ts'
import { type BotWorld, startBotWorld } from '../harness.ts'

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld()
})
afterAll(async () => {
  await at.close()
})

const now = () => Math.floor(Date.now() / 1_000)

test('a request that was already answered is refused', async () => {
  const first = await at.driver.command('alice', 'setup analytics-prod in prod-westus3')
  expect(first.status).toBe(200)
  const again = await at.driver.replay(first.request)
  expect(again.status).toBe(401)
  expect(again.body).toBe('')
  expect(await at.ledger.open()).toHaveLength(1)
})

test.each(['=x', '=', ','])('nor is it new with %j behind its signature', async (more) => {
  const { request } = await at.driver.command('alice', 'help')
  const signature = `${request.headers['x-slack-signature']}${more}`
  const again = await at.driver.replay({ ...request, headers: { ...request.headers, 'x-slack-signature': signature } })
  expect(again.status).toBe(401)
})

test('an event that was already answered is refused', async () => {
  const first = await at.driver.openHome('bob')
  expect(first.status).toBe(200)
  expect((await at.driver.replay(first.request)).status).toBe(401)
})

test.each([
  ['of the future', { timestamp: now() + 120 }],
  ['of the past', { timestamp: now() - 600 }],
  ['signed by somebody else', { secret: 'not-the-signing-secret-at-all' }],
  ['of another workspace', { teamId: 'T0OTHER' }],
  ['of another app', { appId: 'A0OTHER' }],
])('a request %s is refused', async (_name, forge) => {
  const answer = await at.driver.command('alice', 'setup analytics-prod in prod-westus3', { forge })
  expect(answer.status).toBe(401)
  expect((await at.driver.openHome('alice', { forge })).status).toBe(401)
  expect(at.slack.homes.filter(({ user }) => user === workspace.users.alice)).toEqual([])
})

test.each([
  ['that names no app', { fields: { api_app_id: undefined } }],
  ['of another workspace that calls itself an organization', { teamId: 'T0OTHER', fields: { is_enterprise_install: 'true' } }],
])('a command %s is refused', async (_name, forge) => {
  expect((await at.driver.command('alice', 'help', { forge })).status).toBe(401)
})

test('the check of a certificate and of the address need no more than Slack says', async () => {
  const url = `${at.url}/slack/events`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await fetch(url, { method: 'POST', headers, body: 'ssl_check=1&token=t' })).status).toBe(200)
  expect((await fetch(url, { method: 'POST', headers, body: `text=${'x'.repeat(1_100_000)}` })).status).toBe(413)
})

test('a form is read whatever is said about its letters', async () => {
  const forge = { headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } }
  const answer = await at.driver.command('alice', 'help', { forge })
  expect(answer.status).toBe(200)
  expect(answer.body).toContain('diagnose')
})

test('refusals are counted, by reason', async () => {
  const metrics = await (await fetch(`${at.url}/metrics`)).text()
  const counted = [...metrics.matchAll(/^privatelink_refused_requests_total\{why="([^"]+)"\} (\d+)$/gm)].map(([, why]) => why)
  expect(counted.toSorted()).toEqual(['bad-signature', 'from-the-future', 'replayed', 'too-old', 'wrong-app', 'wrong-workspace'])
  expect(metrics).toMatch(/^privatelink_open_requests\{state="planning"\} 1$/m)
})

test('a clock that is a little ahead is no offence', async () => {
  const answer = await at.driver.command('alice', 'help', { forge: { timestamp: now() + 20 } })
  expect(answer.status).toBe(200)
})

test('health: alive and ready', async () => {
  const [alive, ready, other] = await Promise.all(['/healthz', '/readyz', '/'].map((path) => fetch(`${at.url}${path}`)))
  expect([alive?.status, ready?.status, other?.status]).toEqual([200, 200, 404])
})

test.each([
  ['throttled', { status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } }, 401],
  ['unknown', { status: 200, body: { ok: false, error: 'unknown_method' } }, 200],
])('who we are is %s at first: the bot serves, and asks again where that helps', async (_name, answer, status) => {
  let asked = 0
  const own = await startBotWorld({
    gate: async ({ path }, phase) => {
      if (phase !== 'arrived' || !path.startsWith('/api/bots.info')) return undefined
      asked += 1
      return asked <= 2 ? answer : undefined
    },
  })
  try {
    const other = () => own.driver.command('alice', 'help', { forge: { appId: 'A0OTHER' } })
    expect((await other()).status).toBe(200)
    await expect.poll(async () => (await other()).status, { timeout: 8_000 }).toBe(status)
    expect((await own.driver.command('alice', 'help')).status).toBe(200)
  } finally {
    await own.close()
  }
})

test('while Redis is away people are told so, and so is whoever asks for readiness', async () => {
  const own = await startBotWorld()
  try {
    await own.redis.close()
    const answer = await own.driver.command('alice', 'setup analytics-prod in prod-westus3')
    expect(answer.status).toBe(200)
    await own.slack.until(
      ({ ephemerals }) => ephemerals.some(({ text }) => text.startsWith('I cannot reach my ledger right now')),
      {
        timeoutMs: 8_000,
      },
    )
    expect((await fetch(`${own.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${own.url}/healthz`)).status).toBe(200)
  } finally {
    await own.close()
  }
})
