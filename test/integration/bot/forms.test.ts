import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { bob } from '../../sample-requests.ts'
import { planned } from './approval.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** What is sent in a form: answered in time, and believed in nothing. */

const { users } = workspace

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld({
    people: [
      { name: 'Alice Adams', slack: users.alice },
      { name: 'Bob Builder', slack: users.bob },
      { name: 'Carol Jones', email: 'carol@acme.example' },
    ],
  })
})
afterAll(async () => {
  await at.close()
})

/** Bob's confirmation that he means it. */
async function confirmation() {
  const { body } = await at.driver.command('alice', 'setup analytics-prod in prod-westus3', { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1] ?? ''
  await planned(at, id, { breakGlass: [bob] })
  const card = await at.slack.until(({ messages }) =>
    messages.find((one) => [`request ${id}`, '"action_id":"approve"'].every((word) => textOf(one).includes(word))),
  )
  await at.driver.click('bob', card, 'Break glass')
  const view = await at.slack.until(({ views }) => views.find(({ open }) => open))
  return { id, card, view }
}

test('a form whose hidden part is forged is answered, and nothing is run', async () => {
  const { id, view } = await confirmation()
  for (const forged of ['[', '{}', '{"id":7,"digest":"d","channel":""}']) {
    view.content = { ...view.content, private_metadata: forged }
    const sent = await at.driver.submit('bob', view, { reason: 'the warehouse is down' })
    expect(sent.errors).toEqual({ reason: expect.stringContaining('I do not know this form any more') })
  }
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
  view.open = false
})

test('a form that an older version opened is answered in its place', async () => {
  const { id, view } = await confirmation()
  view.content = { ...view.content, callback_id: 'emergency' }
  const sent = await at.driver.submit('bob', view, { reason: 'the warehouse is down' })
  expect(sent.outcome).toBe('updated')
  expect(JSON.stringify(view.content)).toContain('I do not know this form any more')
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
  view.open = false
})

test('a form of another app, or of none, is refused', async () => {
  const { id, view } = await confirmation()
  for (const forge of [{ appId: 'A0OTHER' }, { fields: { api_app_id: undefined } }]) {
    const sent = await at.driver.submit('bob', view, { reason: 'the warehouse is down' }, { forge })
    expect(sent.status).toBe(401)
  }
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
  view.open = false
})

test('a form is acknowledged in time although Slack is slow to say who sent it', async () => {
  const { id, view } = await confirmation()
  const waits = [3_000, 1_000]
  at.world.gate = async ({ path }, phase) => {
    if (phase === 'arrived' && path.startsWith('/api/users.info')) await sleep(waits.shift() ?? 0)
    return undefined
  }
  const forge = { userId: users.mallory }
  const { status, body } = await at.driver.submit('bob', view, { reason: 'the warehouse is down' }, { forge })
  expect({ status, body }).toEqual({ status: 200, body: '' })
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => one.user === users.mallory && textOf(one).includes('Only')), {
    timeoutMs: 8_000,
  })
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
})

test('each no of a form, a cancellation and a review is counted', async () => {
  const { id, card } = await confirmation()
  await at.driver.click('mallory', card, 'Cancel')
  const { body } = await at.driver.command('alice', `cancel ${id}`)
  expect(body).toContain('You cancelled')
  await at.driver.command('alice', `cancel ${id}`)
  const text = await (await fetch(`${at.url}/metrics`)).text()
  const reasons = [...text.matchAll(/^privatelink_declined_clicks_total\{why="([^"]+)"\} (\d+)/gm)].map(([, why]) => why)
  expect(reasons).toEqual(expect.arrayContaining(['unknown-form', 'not-for-emergencies', 'may-not-cancel', 'nothing-to-decide']))
})
