import { afterAll, beforeAll, expect, test } from 'vitest'
import { slack } from '../../../sandbox/estate.ts'
import type { Look } from '../../../src/domain/diagnosis/diagnosis.ts'
import { redisDiagnoses } from '../../../src/redis/records.ts'
import { alice } from '../../sample-requests.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld()
})
afterAll(async () => await at.close())

const say = async (text: string, user: 'alice' | 'bob' | 'carol' = 'alice') => (await at.driver.command(user, text)).body

test('what is missing is asked for, and bounds are told', async () => {
  expect(await say('watch')).toContain('I watch nothing')
  expect(await say('watch analytics-prod every 5m')).toContain('From which network')
  expect(await say('watch analytics-prod from prod-westus3')).toContain('watch analytics-prod from prod-westus3 every 5m')
  expect(await say('watch analytics-prod from nowhere every 5m')).toContain('not a network that I know')
  expect(await say('watch analytics-prod from prod-westus3 every 10s')).toContain('interval of a watch is between 1 min and 24 h')
  expect(await say('watch analytics-prod from prod-westus3 every 30d')).toContain('interval of a watch is between 1 min and 24 h')
  expect(await say('unwatch analytics-prod')).toContain('I do not watch')
})

test('the same thing is watched once; the newest interval counts', async () => {
  expect(await say('watch analytics-prod from prod-westus3 every 5m')).toContain('I watch')
  expect(await say('watch Analytics-Prod from prod-westus3 every 10m', 'bob')).toContain('From now on I watch')
  expect(await at.connection.hlen('{privatelink}:watches')).toBe(1)
  expect(await at.connection.zcard('{privatelink}:watch:repeat')).toBe(1)
  expect(await say('watch')).toContain('every 10 min')
})

test('each of several watches has its picture', async () => {
  await say('watch analytics-prod from staging-eastus2 every 5m')
  const { body } = await at.driver.command('alice', 'watch')
  const ids = [...body.matchAll(/"action_id":"([^"]+)"/g)].map(([, id]) => id)
  expect(ids).toEqual(['picture', 'picture:1'])
  await at.driver.command('alice', 'status')
  const shown = await at.slack.until(({ ephemerals }) => ephemerals.at(-1))
  const list = { ...shown, blocks: JSON.parse(body).blocks }
  await at.driver.click('alice', list, 'Last 24 hours of WT-2')
  await at.slack.until(({ ephemerals }) =>
    ephemerals.find((one) => textOf(one).includes('analytics-prod from staging-eastus2, last 24')),
  )
  at.world.gate = async ({ path }, phase) =>
    path.includes('/files.') && phase === 'arrived' ? { status: 200, body: { ok: false, error: 'missing_scope' } } : undefined
  await at.driver.click('alice', list, 'Last 24 hours of WT-2')
  const words = await at.slack.until(({ ephemerals }) =>
    ephemerals.find((one) => textOf(one).includes('could not send the picture')),
  )
  expect(textOf(words)).toContain('analytics-prod from staging-eastus2, last 24 hours: not looked at yet')
  at.world.gate = async () => undefined
  await say('unwatch analytics-prod from staging-eastus2')
})

test('what is watched from a network that the configuration names no more can be ended', async () => {
  const [one] = Object.values(await at.connection.hgetall('{privatelink}:watches'))
  const old = { ...JSON.parse(one ?? '{}'), id: 'WT-90', network: 'old-net' }
  await at.connection.hset('{privatelink}:watches', old.id, JSON.stringify(old))
  expect(await say('unwatch analytics-prod from older-net')).toContain('not a network that I know')
  expect(await say('unwatch analytics-prod from OLD-NET')).toContain('I no longer watch')
  expect(await at.connection.hexists('{privatelink}:watches', old.id)).toBe(0)
})

test('from everywhere, the fix is requested for the network whose button it is', async () => {
  const store = redisDiagnoses(at.connection)
  const id = await store.nextId()
  const look = (network: string): Look => {
    const remedy = { text: 'Put it there.', command: `setup analytics-prod in ${network}` }
    const finding = { code: 'allow-list-missing', severity: 'fail', title: 'missing', detail: 'missing', remedy } as const
    return { network, verdict: { ...finding, findings: [finding] } }
  }
  const asked = { by: alice, place: { surface: 'slack', id: slack.channels.data }, at: new Date().toISOString() } as const
  const looks = [look('prod-westus3'), look('staging-eastus2')]
  await store.save({ id, asked: { ...asked, service: 'analytics-prod' }, looks, endedAt: asked.at })
  await at.producer.show({ kind: 'diagnosis', id })
  const card = await at.slack.until(({ messages }) => messages.find((one) => textOf(one).includes(`${id}, asked by`)))
  await at.driver.click('bob', card, 'Request the fix for staging-eastus2')
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('analytics-prod → staging-eastus2')))
  const forged = { ...card, blocks: JSON.parse(JSON.stringify(card.blocks).replaceAll('staging-eastus2\\"', 'elsewhere\\"')) }
  await at.driver.click('bob', forged, 'Request the fix for staging-eastus2')
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('can be fixed by one of my commands')))
})

test('there is an end to how much is watched', async () => {
  const [one] = Object.entries(await at.connection.hgetall('{privatelink}:watches'))
  const record = JSON.parse(one?.[1] ?? '{}')
  for (let count = 2; count < 50; count += 1) {
    await at.connection.hset(
      '{privatelink}:watches',
      `X-${count}`,
      JSON.stringify({ ...record, id: `X-${count}`, service: `s${count}` }),
    )
  }
  const last = await Promise.all(['one', 'two', 'three'].map((name) => say(`watch ${name} from prod-westus3 every 5m`, 'carol')))
  expect(last.filter((answer) => answer.includes('There are 50 watches already'))).toHaveLength(2)
  expect(await at.connection.hlen('{privatelink}:watches')).toBe(50)
})
