import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApproval } from '../../open-approval.ts'
import { plan } from '../../sample-requests.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld()
})
afterAll(async () => {
  await at.close()
})

/** What the person reads at once. */
const say = async (user: string, text: string): Promise<string> => (await at.driver.command(user, text)).body

test.each([
  ['allow billing-prod from prod-westus3', 'allow', ['billing-prod']],
  ['revoke a, b from prod-westus3', 'revoke', ['a', 'b']],
  ['teardown analytics-prod in prod-westus3', 'teardown', ['analytics-prod']],
  ['setup a and b in prod-westus3', 'setup', ['a', 'b']],
])('%s becomes one request', async (text, action, services) => {
  expect(await say('carol', text)).toContain('planning')
  const [request] = await at.ledger.newest(1)
  expect(request).toMatchObject({
    action,
    asked: { services: services.map((service) => ({ service })), network: 'prod-westus3' },
  })
})

test.each([
  ['allow', 'Which services?'],
  ['teardown', 'Which services?'],
  ['revoke analytics-prod', 'Which network: prod-westus3, staging-eastus2?'],
  ['revoke analytics-prod from prod-westus', 'prod-westus3'],
])('%s is answered with what is missing', async (text, answer) => {
  const before = await at.ledger.newest(100)
  expect(await say('carol', text)).toContain(answer)
  expect(await at.ledger.newest(100)).toHaveLength(before.length)
})

test('requests, request and cancel', async () => {
  await say('alice', 'setup analytics-prod in prod-westus3')
  const [mine] = await at.ledger.newest(1)
  const id = mine?.id ?? ''
  expect(await say('alice', 'requests')).toContain(`request ${id} · planning`)
  expect(await say('bob', 'requests mine')).toContain('Your requests: none')
  expect(await say('bob', 'requests open')).toContain(id)
  expect(await say('bob', `request ${id}`)).toContain('Set up Private Link: analytics-prod')
  expect(await say('bob', 'request PL-999')).toContain('I do not know a request PL-999')

  await at.ledger.record(id, { type: 'claim', run: 'r', at: new Date().toISOString() })
  const approvers = [{ key: 'person:Bob Builder', name: 'Bob Builder', accounts: { slack: 'U02BOB' } }]
  const place = { surface: 'slack', id: 'C012ABC' } as const
  const approval = openApproval({
    approvers,
    places: [place],
    askedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  })
  await at.ledger.record(id, { type: 'plan-ready', run: 'r', plan, digest: 'd', approval })
  expect(await say('mallory', `cancel ${id}`)).toContain('and its approvers can cancel it')
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
  expect(await say('alice', `cancel ${id}`)).toContain('You cancelled')
  expect((await at.ledger.get(id))?.state).toBe('cancelled')
  expect(await say('bob', `cancel ${id}`)).toContain('nothing to cancel')
})

test('an approver can cancel what is still being planned; nobody else can', async () => {
  await say('alice', 'setup analytics-prod in prod-westus3')
  const [mine] = await at.ledger.newest(1)
  const id = mine?.id ?? ''
  expect(mine?.state).toBe('planning')
  expect(await say('mallory', `cancel ${id}`)).toContain('and its approvers can cancel it')
  const card = await at.slack.until(({ messages }) => messages.find((one) => textOf(one).includes(`request ${id} · planning`)))
  await at.driver.click('bob', card, 'Cancel')
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes(`You cancelled *${id}*`)))
  expect(await at.ledger.get(id)).toMatchObject({ state: 'cancelled', decision: { by: { name: 'Bob Builder' } } })
  await say('alice', 'allow analytics-prod from prod-westus3')
  const [uncovered] = await at.ledger.newest(1)
  expect(await say('bob', `cancel ${uncovered?.id}`)).toContain('and its approvers can cancel it')
})

test.each([
  [`setup a in prod-westus3 because ${'x'.repeat(501)}`, 'The reason has 501 characters, and I keep at most 500'],
  [`setup ${Array.from({ length: 21 }, (_, index) => `s${index}`).join(' ')} in prod-westus3`, 'These are 21 services'],
  [`setup ${'s'.repeat(201)} in prod-westus3`, 'No service has a name of more than 200 characters'],
])('what would be too much to keep is refused with the bound: %#', async (text, answer) => {
  const before = await at.ledger.newest(100)
  const said = await say('carol', text)
  expect(said).toContain(answer)
  expect(said).toContain('Nothing was asked for.')
  expect(await at.ledger.newest(100)).toHaveLength(before.length)
})

test('a request shows its history', async () => {
  const id = /request (PL-\d+)/.exec(await say('carol', 'setup a in prod-westus3 because "it is needed"'))?.[1] ?? ''
  await say('carol', `cancel ${id}`)
  const said = await say('carol', `request ${id}`)
  expect(said).toContain('History')
  expect(said).toMatch(/created by Carol Jones from slack: setup a, prod-westus3: it is needed · planning/)
  expect(said).toMatch(/cancel by Carol Jones from slack · cancelled/)
})
