import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Refusal } from '../../../sandbox/world.ts'
import { redisInventory } from '../../../src/redis/records.ts'
import { bob, plan } from '../../sample-requests.ts'
import { planned } from './approval.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** Everybody gets an answer, also when the usual way to them does not work. */

let at: BotWorld
beforeEach(async () => {
  at = await startBotWorld()
})
afterEach(async () => {
  await at.close()
})

const refusing = (path: string, refusal: Refusal) => {
  at.world.gate = async (call, phase) => (phase === 'arrived' && call.path.startsWith(path) ? refusal : undefined)
}

async function card() {
  const { body } = await at.driver.command('alice', 'setup analytics-prod in prod-westus3', { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1] ?? ''
  await planned(at, id, { approvers: [bob] })
  await at.slack.until(({ messages }) => messages.some((one) => textOf(one).includes('Waiting in ')))
  return await at.slack.until(({ messages }) => messages.find((one) => textOf(one).includes('"action_id":"approve"')))
}

test('a form that does not open in time: how to say it in one command', async () => {
  await redisInventory(at.connection).write({
    readAt: new Date().toISOString(),
    services: [plan.services[0].service],
    allowLists: {},
  })
  refusing('/api/views.open', { status: 200, body: { ok: false, error: 'expired_trigger_id' } })
  const answer = await at.driver.command('alice', 'setup')
  expect(answer.body).toContain('/privatelink setup SERVICE in NETWORK because REASON')
})

test.each([404, 200])('a response_url that refuses with status %d: another way', async (status) => {
  const message = await card()
  refusing('/actions', { status, body: { ok: false, error: 'expired_url' } })
  await at.driver.click('alice', message, 'Approve')
  const told = await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('You asked for')))
  expect(told.via).toBe('chat.postEphemeral')
})

/** Refuses all ways to answer somebody, so many times. */
function refusingAnswers(refusal: Refusal, times: number) {
  let left = times
  at.world.gate = async ({ path }, phase) => {
    const isAnswer = ['/actions', '/api/chat.postEphemeral', '/api/chat.postMessage'].some((start) => path.startsWith(start))
    if (phase !== 'arrived' || !isAnswer || left === 0) return undefined
    left -= 1
    return refusal
  }
  return { left: () => left }
}

test.each<[number, number, Refusal]>([
  [429, 12, { status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } }],
  [503, 20, { status: 503, body: { ok: false, error: 'service_unavailable' } }],
])('while Slack answers %d to everything, the answer waits, and comes once', async (_status, times, refusal) => {
  const message = await card()
  const refused = refusingAnswers(refusal, times)
  await at.driver.click('alice', message, 'Approve')
  const answers = () => at.slack.ephemerals.filter((one) => textOf(one).includes('You asked for'))
  await at.slack.until(() => answers().length > 0, { timeoutMs: 25_000 })
  expect(refused.left()).toBe(0)
  expect(answers()).toHaveLength(1)
})

test('the bot stops although an answer waits', async () => {
  const message = await card()
  refusingAnswers({ status: 503, body: {} }, Number.POSITIVE_INFINITY)
  await at.driver.click('alice', message, 'Approve')
  await at.restart()
  expect(at.slack.ephemerals.filter((one) => textOf(one).includes('You asked for'))).toEqual([])
})

test('a slow ledger: acknowledged at once, answered afterwards', async () => {
  await at.connection.client('PAUSE', 700, 'WRITE')
  const answer = await at.driver.command('alice', 'setup analytics-prod in prod-westus3')
  expect(answer.status).toBe(200)
  const told = await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('Planning')))
  expect(told.user).toBe('U01ALICE')
})
