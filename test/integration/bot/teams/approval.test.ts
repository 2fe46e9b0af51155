import { afterAll, beforeAll, expect, test } from 'vitest'
import { objectsOf, stringOf } from '../../../../sandbox/teams/json.ts'
import type { cardIn } from '../../../../sandbox/teams/render.ts'
import { startTeamsWorld, type TeamsWorld } from './harness.ts'

/** A request in Teams alone, from the command to the decision. */

let at: TeamsWorld
beforeAll(async () => {
  at = await startTeamsWorld()
})
afterAll(async () => await at.close())

test('a command in a channel is acknowledged to its sender, shown in its thread, and put before the approvers', async () => {
  const id = await at.asked('setup analytics-prod in prod-westus3 because "BI moves into the VNet"')
  const approval = await at.planned(id)
  expect(at.teams.render(approval)).toContain('BI moves into the VNet')
  expect(stringOf(approval.activity, 'summary')).toContain('analytics-prod')
  expect(stringOf(approval.activity, 'text') ?? '').toBe('')
  const own = await at.card('data', `request ${id} · awaiting-approval`)
  expect(own.conversation).toContain(';messageid=')
  expect(at.teams.store.failures).toEqual([])
})

test('an approver decides by a click, which updates both messages and answers the click', async () => {
  const id = await at.asked()
  const approval = await at.planned(id)
  const exchange = await at.people.click('bob', approval, 'Approve')
  expect(exchange.status).toBe(200)
  expect(exchange.body).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.activity.message' })
  await at.told('bob', id)
  expect((await at.ledger.get(id))?.state).toBe('applying')
  await at.teams.until(() => at.teams.render(approval).includes('applying'), { what: 'the approval card updated' })
  expect(JSON.stringify((await at.ledger.get(id))?.approval)).toContain('"surface":"teams"')
})

test('an older client sends a message with the data of the button, and decides as well', async () => {
  const id = await at.asked()
  await at.people.click('carol', await at.planned(id), 'Reject', { older: true })
  await at.told('carol', id)
  expect((await at.ledger.get(id))?.state).toBe('rejected')
})

test('nobody approves their own request, and somebody who is no approver decides nothing', async () => {
  const id = await at.asked()
  const approval = await at.planned(id)
  await at.people.click('alice', approval, 'Approve')
  expect(await at.told('alice', 'yourself')).toContain('someone else has to approve')
  await at.people.click('mallory', approval, 'Approve')
  await at.told('mallory', 'Bob Builder')
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
})

test('a view of one’s own: an approver sees buttons, anybody else who can act; it never decides', async () => {
  const id = await at.asked()
  const approval = await at.planned(id)
  const titles = (card: ReturnType<typeof cardIn>) =>
    objectsOf(card, 'body').flatMap((element) => objectsOf(element, 'actions').map((action) => stringOf(action, 'title')))
  expect(titles(await at.people.refresh('bob', approval))).toContain('Approve')
  const mallorys = await at.people.refresh('mallory', approval)
  expect(titles(mallorys)).not.toContain('Approve')
  expect(at.teams.render(approval, 'mallory')).toContain('Bob Builder')
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
})

test('an automatic refresh that carries a decision decides nothing', async () => {
  const id = await at.asked()
  const approval = await at.planned(id)
  const { digest } = (await at.ledger.get(id)) ?? {}
  for (const trigger of ['automatic', 'Automatic', '', null, 7]) {
    await at.people.deliver('bob', approval.conversation, {
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: approval.id,
      value: { trigger, action: { type: 'Action.Execute', verb: 'approve', data: { verb: 'approve', id, digest } } },
    })
  }
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
})
