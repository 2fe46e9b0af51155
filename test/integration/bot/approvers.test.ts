import { afterAll, beforeAll, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import type { SlackMessage } from '../../../sandbox/slack/store.ts'
import { bob } from '../../sample-requests.ts'
import { anotherSetup } from './another-setup.ts'
import { planned } from './approval.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** What a waiting request's message says of its approvers. */

const deactivated = new Set<string>()

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld({ slack: { deactivated } })
})
afterAll(async () => {
  await at.close()
})

const { users, channels } = workspace

async function asked(changes: Parameters<typeof planned>[2]): Promise<string> {
  const { body } = await at.driver.command('alice', anotherSetup(), { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1] ?? `no request in ${body}`
  await planned(at, id, changes)
  return id
}

const shown = (id: string, ...words: readonly string[]): Promise<SlackMessage> =>
  at.slack.until(
    ({ messages }) =>
      messages.find(
        (one) =>
          one.channel === channels.approvals &&
          [`request ${id} · awaiting-approval`, ...words].every((word) => textOf(one).includes(word)),
      ),
    { what: `${id} with ${words.join(', ')}`, timeoutMs: 8_000 },
  )

test('an approver who is listed by email alone is mentioned like the others', async () => {
  const dora = { key: 'person:Dora', name: 'Dora', email: 'carol@acme.example', accounts: {} }
  const nobody = { key: 'person:Nora', name: 'Nora', email: 'nora@acme.example', accounts: {} }
  const id = await asked({ approvers: [bob, dora, nobody] })
  const { pings } = await shown(id, `<@${users.bob}>, <@${users.carol}> or Nora (account unknown)`)
  expect(pings).toContain(`@${users.carol}`)
})

test('an approver who goes while a request waits is shown as gone; when they come back, as there', async () => {
  const id = await asked({ needed: 2 })
  await shown(id, `<@${users.bob}> or <@${users.carol}>`)
  deactivated.add('bob')
  await at.restart()
  await shown(id, 'Bob Builder (account deactivated)', 'it cannot be approved any more')
  await at.slack.until(({ messages }) =>
    messages.find(
      (one) => one.channel === `D${users.alice.slice(1)}` && textOf(one).includes(`*${id}* cannot be approved any more`),
    ),
  )
  await at.driver.command('alice', `request ${id}`)
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('Bob Builder (account deactivated)')))
  await at.driver.openHome('carol')
  await at.slack.until(({ homes }) =>
    homes.find((one) => one.user === users.carol && JSON.stringify(one.content).includes('Bob Builder (account deactivated)')),
  )
  deactivated.clear()
  await at.restart()
  await shown(id, `<@${users.bob}> or <@${users.carol}>`)
})
