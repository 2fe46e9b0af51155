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

test('while Slack takes nothing, the answer waits', async () => {
  const message = await card()
  let refused = 0
  at.world.gate = async ({ path }, phase) => {
    const isAnswer = ['/actions', '/api/chat.postEphemeral', '/api/chat.postMessage'].some((start) => path.startsWith(start))
    if (phase !== 'arrived' || !isAnswer || refused === 3) return undefined
    refused += 1
    return { status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } }
  }
  await at.driver.click('alice', message, 'Approve')
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('You asked for')))
  expect(refused).toBe(3)
})

test('a slow ledger: acknowledged at once, answered afterwards', async () => {
  await at.connection.client('PAUSE', 700, 'WRITE')
  const answer = await at.driver.command('alice', 'setup analytics-prod in prod-westus3')
  expect(answer.status).toBe(200)
  const told = await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('Planning')))
  expect(told.user).toBe('U01ALICE')
})
