import { afterAll, beforeAll, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { bob } from '../../sample-requests.ts'
import { anotherSetup } from './another-setup.ts'
import { planned } from './approval.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** People whom the configuration knows by their email alone. */

let at: BotWorld
beforeAll(async () => {
  const { users } = workspace
  at = await startBotWorld({
    people: [
      { name: 'Alice Adams', email: 'alice@acme.example' },
      { name: 'Bob Builder', email: 'mallory@acme.example', slack: users.bob },
      { name: 'Carol Jones', slack: users.carol },
    ],
  })
})
afterAll(async () => {
  await at.close()
})

const { users, channels } = workspace
const aliceByEmail = { key: 'person:Alice Adams', name: 'Alice Adams', email: 'alice@acme.example', accounts: {} }

const told = (user: keyof typeof users, words: string) =>
  at.slack.until(({ ephemerals }) => ephemerals.find((one) => one.user === users[user] && textOf(one).includes(words)), {
    what: `an answer to ${user} with ${words}`,
  })

async function asked(by: string) {
  const { body } = await at.driver.command(by, anotherSetup(), { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1] ?? ''
  await planned(at, id, { approvers: [aliceByEmail, bob] })
  const card = await at.slack.until(({ messages }) =>
    messages.find((one) => one.channel === channels.approvals && textOf(one).includes(`request ${id} · awaiting-approval`)),
  )
  return { id, card }
}

test('while Slack does not say who asks or clicks, nothing is asked for and nothing decided', async () => {
  at.world.gate = async ({ path }) =>
    path.includes('/users.') ? { status: 200, body: { ok: false, error: 'internal_error' } } : undefined
  const { id, card } = await asked('bob')
  const before = await at.ledger.newest(10)
  const { body } = await at.driver.command('alice', 'setup analytics-prod in prod-westus3', { channel: 'data' })
  expect(body).toContain('I cannot tell who you are just now')
  expect(await at.ledger.newest(10)).toEqual(before)
  await at.driver.click('alice', card, 'Approve')
  await told('alice', 'I cannot tell who you are just now')
  expect((await at.ledger.get(id))?.votes).toBeUndefined()
  at.world.gate = async () => undefined
  await at.driver.click('alice', card, 'Approve')
  await told('alice', `You approved *${id}*`)
})

test('whoever asks from a second account with the same email does not approve from the first', async () => {
  const { id, card } = await asked('mallory')
  expect((await at.ledger.get(id))?.asked.by.name).toBe('Bob Builder')
  await at.driver.click('bob', card, 'Approve')
  await told('bob', `You asked for ${id} yourself`)
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
})
