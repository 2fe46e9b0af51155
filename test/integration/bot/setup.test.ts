import { afterAll, beforeAll, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { redisInventory } from '../../../src/redis/records.ts'
import { digest, healthy, plan } from '../../sample-requests.ts'
import { planned as plannedIn } from './approval.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld()
})
afterAll(async () => {
  await at.close()
})

const { users, channels } = workspace

const planned = (id: string) => plannedIn(at, id)

async function asked(text: string): Promise<string> {
  const { body } = await at.driver.command('alice', text, { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1]
  if (id === undefined) throw new Error(`no request in: ${body}`)
  return id
}

const shows = (channel: string, ...words: string[]) =>
  at.slack.until(({ messages }) =>
    messages.find(
      (message) => message.channel === channel && !message.deleted && words.every((word) => textOf(message).includes(word)),
    ),
  )

const told = (user: string, ...words: string[]) =>
  at.slack.until(({ ephemerals }) =>
    ephemerals.find((message) => message.user === user && words.every((word) => textOf(message).includes(word))),
  )

test('a setup from the command to the end, in one message a place', async () => {
  const answer = await at.driver.command('alice', 'setup analytics-prod in prod-westus3 because "BI moves into the VNet"', {
    channel: 'data',
  })
  expect(answer.status).toBe(200)
  expect(answer.elapsedMs).toBeLessThan(500)
  expect(answer.body).toContain('planning')
  const id = /request (PL-\d+)/.exec(answer.body)?.[1] ?? ''
  const inData = await shows(channels.data, `request ${id} · planning`)

  await planned(id)
  const card = await shows(channels.approvals, `request ${id} · awaiting-approval`)
  await shows(channels.data, `request ${id} · awaiting-approval`, `<#${channels.approvals}>`)
  expect(textOf(card)).toContain('BI moves into the VNet')
  expect(textOf(inData)).not.toContain('"action_id":"approve"')

  await at.driver.click('alice', card, 'Approve')
  await told(users.alice, 'You asked for', 'yourself', `<@${users.bob}> or <@${users.carol}>`)
  await at.driver.click('mallory', card, 'Approve')
  await told(users.mallory, 'not among the approvers')
  await at.driver.click('mallory', card, 'Details')
  await told(users.mallory, 'Details', plan.alias, digest.slice(0, 12))
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')

  await at.driver.click('bob', card, 'Approve')
  await told(users.bob, `You approved *${id}*`)
  await shows(channels.approvals, `request ${id} · applying`)
  expect(await at.producer.isAwake({ kind: 'request', id })).toBe(true)

  const now = new Date().toISOString()
  await at.ledger.record(id, { type: 'claim', run: 'run-2', at: now })
  const progress = { state: 'running', startedAt: now, changed: false } as const
  await at.ledger.record(id, { type: 'step', run: 'run-2', id: 'private-endpoint', progress })
  await at.producer.show({ kind: 'request', id })
  await shows(channels.approvals, '▸ private endpoint')
  await at.ledger.record(id, { type: 'finish', run: 'run-2', outcome: { verdict: healthy, address: '10.0.0.4' }, at: now })
  await at.producer.show({ kind: 'request', id })
  await shows(channels.approvals, `request ${id} · done`, `https://${plan.services[0].host}:8443`, 'Verified')
  await shows(channels.data, `request ${id} · done`)

  const about = at.slack.messages.filter((message) => textOf(message).includes(`request ${id}`))
  expect(about.map(({ channel }) => channel).toSorted()).toEqual([channels.approvals, channels.data].toSorted())
  expect(at.slack.failures).toEqual([])
})

test('the second of two decisions is told what the first one was', async () => {
  const id = await asked('setup analytics-prod in prod-westus3')
  await planned(id)
  const card = await shows(channels.approvals, `request ${id} · awaiting-approval`)
  await Promise.all([at.driver.click('bob', card, 'Reject'), at.driver.click('carol', card, 'Reject')])
  await at.slack.until(({ ephemerals }) => ephemerals.filter((one) => textOf(one).includes(`You rejected *${id}*`)).length === 1)
  await at.slack.until(({ ephemerals }) =>
    ephemerals.some((one) => textOf(one).includes(`${id} was rejected by`) && textOf(one).includes('nothing to decide any more')),
  )
  const shown = await shows(channels.approvals, `request ${id} · rejected`)
  expect(textOf(shown)).not.toMatch(/"action_id":"(approve|reject|cancel)"/)
})

test('an approval that comes too late expires the request', async () => {
  const id = await asked('setup analytics-prod in prod-westus3')
  const past = new Date(Date.now() - 1_000).toISOString()
  await plannedIn(at, id, { askedAt: past, expiresAt: past })
  const card = await shows(channels.approvals, `request ${id} · awaiting-approval`)
  await at.driver.click('bob', card, 'Approve')
  await told(users.bob, `${id} expired`)
  await shows(channels.approvals, `request ${id} · expired`)
  expect((await at.ledger.get(id))?.state).toBe('expired')
})

test('a message that somebody deleted is posted anew', async () => {
  const id = await asked('setup analytics-prod in prod-westus3')
  const first = await shows(channels.data, `request ${id} · planning`)
  first.deleted = true
  await planned(id)
  const second = await shows(channels.data, `request ${id} · awaiting-approval`)
  expect(second.ts).not.toBe(first.ts)
})

test('hostile text neither pings nor formats', async () => {
  const id = await asked('setup "<!channel> *x*" in prod-westus3 because <!here> & <@U02BOB> `x` http://evil.example @everyone')
  const message = await shows(channels.data, `request ${id} · planning`)
  expect(message.pings).toEqual([`@${users.alice}`])
  expect(textOf(message)).toContain('&lt;!here&gt; &amp; &lt;@U02BOB&gt;')
})

test('what cannot be understood or is not known gets the nearest that is, and nothing is asked for', async () => {
  const last = await at.ledger.nextId()
  const answers = await Promise.all(
    [
      'setpu analytics-prod in prod-westus3',
      'setup analytics-prod in prod-westus',
      'revoke in prod-westus3',
      'watch analytics-prod every 5m',
      'help',
      'diagnose analytics-prod',
      'diagnose analytics-prod from nowhere-at-all',
      'setup',
    ].map(async (text) => (await at.driver.command('alice', text)).body),
  )
  expect(answers[0]).toContain('Did you mean `/privatelink setup analytics-prod in prod-westus3`')
  expect(answers[1]).toContain('Did you mean prod-westus3?')
  expect(answers[2]).toContain('Which services?')
  expect(answers[3]).toContain('watch analytics-prod from prod-westus3|staging-eastus2 every 5m')
  expect(answers[4]).toContain('/privatelink diagnose SERVICE [from NETWORK|everywhere]')
  expect(answers[4]).toContain('you leave out, I ask for in a form')
  expect(answers[5]).toContain('prod-westus3, staging-eastus2')
  expect(answers[6]).toContain('I know prod-westus3, staging-eastus2')
  expect(answers[7]).toContain('not read the list of services yet')
  expect(Number((await at.ledger.nextId()).slice(3))).toBe(Number(last.slice(3)) + 1)
})

test('the form asks for what is missing, and refuses what is gone', async () => {
  const services = at.world.services.map(({ id, name, provider, region: place, state, organizationId }) => ({
    ...{ id, name, provider, state, organizationId },
    region: place,
    organizationName: 'acme',
  }))
  const inventory = redisInventory(at.connection)
  await inventory.write({ readAt: new Date().toISOString(), services, allowLists: {} })

  const answer = await at.driver.command('alice', 'setup analytics-prdo because "BI"', { channel: 'data' })
  expect(answer.body).toBe('')
  const view = await at.slack.until(() => at.slack.topView('alice'))
  const shown = at.slack.render(view)
  expect(shown).toContain('Did you mean analytics-prod?')
  expect(JSON.stringify(view.content)).not.toContain('events-aws')
  expect(JSON.stringify(view.content)).toContain('twin · westus3 · 3e5f7091')
  expect(view.content.private_metadata).toBe(channels.data)

  await at.driver.choose('alice', view, 'Organization', 'acme')
  await at.slack.until(() => view.history.length === 2)

  await inventory.write({
    readAt: new Date().toISOString(),
    services: services.filter(({ name }) => name !== 'billing-prod'),
    allowLists: {},
  })
  const gone = await at.driver.submit('alice', view, { Service: 'billing-prod · westus3', Network: 'prod-westus3 (westus3)' })
  expect(Object.values(gone.errors)).toEqual(['This service does not exist any more. Choose another one.'])
  expect(view.open).toBe(true)

  await at.driver.submit('alice', view, { Service: 'twin · westus3 · 3e5f7091' })
  expect(view.open).toBe(false)
  const message = await told(users.alice, 'Planning', '3e5f7091')
  const id = /request (PL-\d+)/.exec(textOf(message))?.[1] ?? ''
  expect((await at.ledger.get(id))?.asked).toMatchObject({
    services: [{ service: '3e5f7091-2b3c-4d4e-8f50-6b7c8d9e0f12', organization: 'acme' }],
    network: 'prod-westus3',
    reason: 'BI',
    place: { surface: 'slack', id: channels.data },
    by: { name: 'Alice Adams' },
  })
})
