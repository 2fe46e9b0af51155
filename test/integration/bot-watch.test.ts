import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BotWorld, startBotWorld } from './bot-harness.ts'

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
  expect(await say('watch analytics-prod from prod-westus3 every 10s')).toContain('at most every 1 min')
  expect(await say('watch analytics-prod from prod-westus3 every 30d')).toContain('at least every 24 h')
  expect(await say('unwatch analytics-prod')).toContain('I do not watch')
})

test('the same thing is watched once; the newest interval counts', async () => {
  expect(await say('watch analytics-prod from prod-westus3 every 5m')).toContain('I watch')
  expect(await say('watch Analytics-Prod from prod-westus3 every 10m', 'bob')).toContain('From now on I watch')
  expect(await at.connection.hlen('{privatelink}:watches')).toBe(1)
  expect(await at.connection.zcard('{privatelink}:watch:repeat')).toBe(1)
  expect(await say('watch')).toContain('every 10 min')
})

test('there is an end to how much is watched', async () => {
  const [one] = Object.entries(await at.connection.hgetall('{privatelink}:watches'))
  const record = JSON.parse(one?.[1] ?? '{}')
  for (let count = 2; count <= 50; count += 1) {
    await at.connection.hset(
      '{privatelink}:watches',
      `X-${count}`,
      JSON.stringify({ ...record, id: `X-${count}`, service: `s${count}` }),
    )
  }
  expect(await say('watch another from prod-westus3 every 5m', 'carol')).toContain('I watch 50 already')
})
