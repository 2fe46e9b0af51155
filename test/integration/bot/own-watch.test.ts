import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BotWorld, startBotWorld } from './harness.ts'

/** A watch is ended or changed by who began it, and by an approver of its network. */

let at: BotWorld
beforeAll(async () => {
  const policy = { actions: ['setup'], channel: 'network-approvals' }
  at = await startBotWorld({
    policies: [
      { ...policy, networks: ['prod-*'], approvers: ['Carol Jones'] },
      { ...policy, networks: ['staging-*'], approvers: ['Bob Builder'] },
    ],
  })
})
afterAll(async () => await at.close())

const say = async (text: string, user: 'alice' | 'bob' | 'carol') => (await at.driver.command(user, text)).body
const watched = async () => (await at.connection.hvals('{privatelink}:watches')).map((text) => JSON.parse(text))

test('somebody else may neither end nor take over a watch, and is told who may', async () => {
  await say('watch analytics-prod from prod-westus3 every 5m', 'alice')
  const ending = await say('unwatch analytics-prod from prod-westus3', 'bob')
  expect(ending).toContain(
    'is still watched every 5 min (WT-1). Only <@U01ALICE>, who began it, and the approvers of prod-westus3 (<@U03CAROL>) can end it.',
  )
  expect(await say('watch analytics-prod from prod-westus3 every 24h', 'bob')).toContain('(<@U03CAROL>) can change it.')
  expect(await watched()).toMatchObject([{ id: 'WT-1', everyMs: 300_000, by: { name: 'Alice Adams' } }])
  expect(await at.connection.zcard('{privatelink}:watch:repeat')).toBe(1)
})

test('whoever began it and an approver of its network may, and of several only theirs', async () => {
  await say('watch analytics-prod from staging-eastus2 every 5m', 'bob')
  const answer = await say('unwatch analytics-prod', 'carol')
  expect(answer).toContain('I no longer watch *analytics-prod from prod-westus3*')
  expect(answer).toContain('*analytics-prod from staging-eastus2* is still watched')
  expect(await watched()).toMatchObject([{ network: 'staging-eastus2' }])
  expect(await say('unwatch analytics-prod', 'bob')).toContain('I no longer watch *analytics-prod from staging-eastus2*')
})

test('a watch from a network that no policy is for can be ended by any approver, and by nobody else', async () => {
  const old = {
    id: 'WT-90',
    service: 'analytics-prod',
    network: 'old-net',
    everyMs: 300_000,
    by: { key: 'slack:U9', name: 'Dave', accounts: { slack: 'U9' } },
  }
  await at.connection.hset('{privatelink}:watches', old.id, JSON.stringify(old))
  expect(await say('unwatch analytics-prod from old-net', 'alice')).toContain('can end it')
  expect(await watched()).toHaveLength(1)
  expect(await say('unwatch analytics-prod from old-net', 'carol')).toContain('I no longer watch')
})
