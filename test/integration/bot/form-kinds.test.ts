import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import { redisInventory } from '../../../src/redis/records.ts'
import { redisWatches } from '../../../src/redis/watches.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** What a command leaves out is asked for in a form, whichever command it is. */

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld()
  const services = at.world.services.map(({ privateEndpointIds: _, ...service }) => ({ ...service, organizationName: 'acme' }))
  await redisInventory(at.connection).write({ readAt: new Date().toISOString(), services, allowLists: {} })
})
afterAll(async () => {
  await at.close()
})

const { users, channels } = workspace
const service = 'analytics-prod · westus3'
const network = 'prod-westus3 (westus3)'
let seen = 0
beforeEach(() => {
  seen = at.slack.ephemerals.length
})

async function form(text: string) {
  const answer = await at.driver.command('alice', text, { channel: 'data' })
  expect(answer.body).toBe('')
  return await at.slack.until(() => at.slack.topView('alice'))
}
const told = async (...words: string[]) =>
  await at.slack.until(({ ephemerals }) =>
    ephemerals.slice(seen).find((one) => one.user === users.alice && words.every((word) => textOf(one).includes(word))),
  )

test.each([
  ['allow', 'allow analytics-prod because "BI"', 'Allow a service', { Network: network }, 'BI'],
  ['revoke', 'revoke in prod-westus3', 'Revoke a service', { Service: service, Reason: 'moved' }, 'moved'],
  ['teardown', 'teardown', 'Tear down Private Link', { Service: service, Network: network }, undefined],
])('%s', async (action, text, title, values, reason) => {
  const view = await form(text)
  expect(view.content).toMatchObject({ title: { text: title }, callback_id: action, private_metadata: channels.data })
  await at.driver.submit('alice', view, values as Record<string, string>)
  const message = await told('Planning', 'analytics-prod → prod-westus3')
  const request = await at.ledger.get(/(PL-\d+)/.exec(textOf(message))?.[1] ?? '')
  expect(request).toMatchObject({ action, asked: { services: [{ service: 'analytics-prod', organization: 'acme' }] } })
  expect([request?.asked.network, request?.asked.reason]).toEqual(['prod-westus3', reason])
})

test('diagnose, from one network or from everywhere', async () => {
  const one = await form('diagnose analytics-prod')
  expect(JSON.stringify(one.content)).not.toContain('"reason"')
  await at.driver.submit('alice', one, { Network: network })
  await told('Diagnosing analytics-prod from prod-westus3')
  const all = await form('diagnose everywhere')
  await at.driver.submit('alice', all, { Service: service })
  await told('Diagnosing analytics-prod from everywhere')
})

test('watch, as often as was said, or as is chosen', async () => {
  const said = await form('watch analytics-prod every 7m')
  expect(JSON.stringify(said.content)).toContain('every 7 min')
  await at.driver.submit('alice', said, { Network: network })
  await told('I watch', 'analytics-prod from prod-westus3', 'every 7 min')
  const chosen = await form('watch from staging-eastus2')
  await at.driver.submit('alice', chosen, { Service: service, 'How often': 'every 1 h' })
  await told('I watch', 'analytics-prod from staging-eastus2', 'every 1 h')
  const watches = await redisWatches(at.connection).all()
  expect(watches.map(({ everyMs }) => everyMs).toSorted((a, b) => a - b)).toEqual([420_000, 3_600_000])
})

test('what a form cannot hold, or does not need to ask, is said in words or done', async () => {
  const several = await at.driver.command('alice', 'allow analytics-prod billing-prod', { channel: 'data' })
  expect(several.body).toContain('allow analytics-prod billing-prod from prod-westus3|staging-eastus2')
  const two = await at.driver.command('alice', 'setup analytics-prod billing-prod', { channel: 'data' })
  expect(two.body).toContain('setup analytics-prod billing-prod in prod-westus3|staging-eastus2')
  const all = await at.driver.command('alice', 'teardown in prod-westus3', { channel: 'data' })
  expect(all.body).toContain('Planning')
})
