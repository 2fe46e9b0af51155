import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BotWorld, startBotWorld } from './bot-harness.ts'

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

test.each([
  ['of the future', { timestamp: now() + 120 }],
  ['of the past', { timestamp: now() - 600 }],
  ['signed by somebody else', { secret: 'not-the-signing-secret-at-all' }],
  ['of another workspace', { teamId: 'T0OTHER' }],
  ['of another app', { appId: 'A0OTHER' }],
])('a request %s is refused', async (_name, forge) => {
  const answer = await at.driver.command('alice', 'setup analytics-prod in prod-westus3', { forge })
  expect(answer.status).toBe(401)
  await at.driver.openHome('alice', { forge })
  expect(at.slack.homes).toEqual([])
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
