import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { signedForm } from '../../../sandbox/slack/driver/deliver.ts'
import type { SlackMessage } from '../../../sandbox/slack/store.ts'
import { digest } from '../../sample-requests.ts'
import { anotherSetup } from './another-setup.ts'
import { planned } from './approval.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** Every click on an approval gets an answer, over HTTP as Slack signs it. */

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld()
})
afterAll(async () => {
  await at.close()
})

const { users, channels } = workspace
let id: string
let card: SlackMessage
beforeEach(async () => {
  ;[id, card] = await newCard()
})

async function newCard(needed = 1): Promise<[string, SlackMessage]> {
  const { body } = await at.driver.command('alice', anotherSetup(), { channel: 'data' })
  const number = /request (PL-\d+)/.exec(body)?.[1] ?? ''
  await planned(at, number, { needed })
  const words = `request ${number} · awaiting-approval`
  const found = await at.slack.until(({ messages }) =>
    messages.find((one) => one.channel === channels.approvals && textOf(one).includes(words)),
  )
  return [number, { ...found, blocks: structuredClone(found.blocks) }]
}

const told = (user: keyof typeof users, ...words: readonly string[]) =>
  at.slack.until(
    ({ ephemerals }) => ephemerals.find((one) => one.user === users[user] && words.every((word) => textOf(one).includes(word))),
    { what: `an answer to ${user} with ${words.join(', ')}` },
  )

const altered = (from: string, to: string): SlackMessage => ({
  ...card,
  blocks: JSON.parse(JSON.stringify(card.blocks).replaceAll(from, to)),
})

const stateOf = async () => (await at.ledger.get(id))?.state

test('not an approver', async () => {
  await at.driver.click('mallory', card, 'Approve')
  await told('mallory', `You are not among the approvers of ${id}`, `<@${users.bob}> or <@${users.carol}>`)
  expect(await stateOf()).toBe('awaiting-approval')
})

test('one’s own request', async () => {
  await at.driver.click('alice', card, 'Approve')
  await told('alice', `You asked for ${id} yourself`, `<@${users.bob}> or <@${users.carol}>`)
  expect(await stateOf()).toBe('awaiting-approval')
})

test('already decided', async () => {
  await at.driver.click('bob', card, 'Reject')
  await told('bob', `You rejected *${id}*`)
  await at.driver.click('carol', card, 'Approve')
  await told('carol', `${id} was rejected by <@${users.bob}>`, 'nothing to decide any more')
  expect(await stateOf()).toBe('rejected')
})

test('a double click counts once, and says so', async () => {
  ;[id, card] = await newCard(2)
  await Promise.all([at.driver.click('bob', card, 'Approve'), at.driver.click('bob', card, 'Approve')])
  await told('bob', `You approved *${id}*`, '1 more approval')
  await told('bob', `You approved ${id} already, and a person counts once`)
  expect((await at.ledger.get(id))?.votes).toHaveLength(1)
  expect(await stateOf()).toBe('awaiting-approval')
})

test('a plan that is not the present one, also one with another request’s digest', async () => {
  const seen = card
  await at.driver.click('bob', altered(digest, '0'.repeat(64)), 'Approve')
  await told('bob', `The plan of ${id} changed since you opened it`)
  const [other] = await newCard()
  await at.ledger.record(other, { type: 'cancel', by: (await at.ledger.get(other))?.asked.by ?? raise(), at: now() })
  card = seen
  await at.driver.click('carol', altered(`\\"${id}\\"`, `\\"${other}\\"`), 'Approve')
  await told('carol', `${other} was cancelled`, 'nothing to decide any more')
  expect(await stateOf()).toBe('awaiting-approval')
})

test('values that are forged', async () => {
  for (const [from, to, answer] of [
    [`\\"${id}\\"`, '\\"PL-9999\\"', 'I do not know a request PL-9999'],
    [`\\"${id}\\"`, '\\"<!channel>\\"', 'I do not know a request &lt;!channel&gt;'],
    ['"action_id":"approve"', '"action_id":"explode"', 'I do not know this button'],
    [`{\\"id\\"`, '[{\\"id\\"', 'I do not know this button'],
    [`\\"digest\\":\\"${digest}\\"`, '\\"digest\\":{}', 'I do not know this button'],
  ] as const) {
    await at.driver.click('bob', altered(from, to), 'Approve')
    const shown = await told('bob', answer)
    expect(shown.pings).toEqual([])
    shown.deleted = true
  }
  expect(await stateOf()).toBe('awaiting-approval')
})

test('what Slack may leave out of a request is not needed', async () => {
  const { request } = await at.driver.click('mallory', card, 'Details')
  const { container: _, message: __, user, ...rest } = JSON.parse(new URLSearchParams(request.body).get('payload') ?? '')
  const payload = JSON.stringify({ ...rest, user: { id: user.id }, actions: [{ ...rest.actions[0], action_id: 'approve' }] })
  const signing = { url: request.url, secret: workspace.signingSecret, now: Date.now() }
  expect((await at.driver.replay(signedForm({ payload }, signing))).status).toBe(200)
  await told('mallory', `You are not among the approvers of ${id}`)

  const forge = { fields: { user_name: undefined } }
  const { body } = await at.driver.command('mallory', 'setup analytics-prod in prod-westus3', { forge })
  const shown = await at.driver.command('mallory', `request ${/PL-\d+/.exec(body)?.[0]}`)
  expect(shown.body).toContain(`created by ${users.mallory} from slack`)
})

test('while the ledger does not answer: nothing is decided, and the person hears it', async () => {
  const own = await startBotWorld()
  try {
    const { body } = await own.driver.command('alice', 'setup analytics-prod in prod-westus3', { channel: 'data' })
    await planned(own, /request (PL-\d+)/.exec(body)?.[1] ?? '')
    const shown = await own.slack.until(({ messages }) => messages.find((one) => textOf(one).includes('"action_id":"approve"')))
    await own.redis.close()
    await own.driver.click('bob', shown, 'Approve')
    await own.slack.until(
      ({ ephemerals }) => ephemerals.some(({ text }) => text.startsWith('I cannot reach my ledger right now')),
      {
        timeoutMs: 8_000,
      },
    )
  } finally {
    await own.close()
  }
})

test('every no is counted', async () => {
  const text = await (await fetch(`${at.url}/metrics`)).text()
  const reasons = [...text.matchAll(/^privatelink_declined_clicks_total\{why="([^"]+)"\} [1-9]/gm)].map(([, why]) => why)
  expect(reasons.toSorted()).toEqual([
    'already-approved',
    'not-an-approver',
    'nothing-to-decide',
    'own-request',
    'stale-plan',
    'unknown-button',
    'unknown-request',
  ])
})

function now(): string {
  return new Date().toISOString()
}

function raise(): never {
  throw new Error('there is no such request')
}
