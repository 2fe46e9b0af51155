import { afterAll, beforeAll, expect, test } from 'vitest'
import { largeEstate } from '../../sandbox/large-estate.ts'
import type { TeamsSandbox } from '../../sandbox/teams/start.ts'
import { type Chat, openChat } from './chat.ts'
import { firstSurvey, quick } from './house.ts'

/** Every list in an estate of 2,000 services and 50 networks, in both chats: Slack's and Teams' simulators refuse what is too large. */

let chat: Chat
let teams: TeamsSandbox
beforeAll(async () => {
  chat = await openChat({ estate: largeEstate(), chats: ['slack', 'teams'], latencies: { ...quick, listLag: 2_000 } })
  if (chat.sandbox.teams === undefined) throw new Error('There is no Teams.')
  teams = chat.sandbox.teams
  await firstSurvey(chat.sandbox)
})
afterAll(async () => await chat.close())

/** What the bot answers in #data of Teams. */
async function toldInTeams(said: string): Promise<string> {
  const { store, directory } = teams
  const before = store.messages.length
  const { status } = await teams.driver(chat.sandbox.botUrl).command('alice', 'data', said)
  expect(status).toBe(200)
  const answer = await teams.until(() => store.messages.slice(before).find(({ by }) => by === directory.botId), {
    what: `an answer to "${said}"`,
    timeoutMs: 60_000,
  })
  return teams.render(answer)
}

test.each([
  ['help', 'diagnose'],
  ['status', 'service'],
  ['status analytics-prod-0040', 'analytics-prod-0040'],
  ['requests all', 'request'],
  ['requests mine', 'request'],
  ['watch', 'watch'],
  ['diagnose no-such-service from prod-westus3', 'no-such-service'],
])('%s is answered in both chats', async (said, word) => {
  const { people, sandbox } = chat
  const before = sandbox.slack.failures.length
  const { body } = await people.command('alice', said, { channel: 'data' })
  expect(sandbox.slack.failures.slice(before)).toEqual([])
  expect(body).toBeDefined()
  expect((await toldInTeams(said)).toLowerCase()).toContain(word)
  expect(teams.store.failures).toEqual([])
})

test('the home page fits', async () => {
  await chat.people.openHome('alice')
  const home = await chat.sandbox.slack.until(({ homes }) => [...homes.values()].at(-1))
  expect(JSON.stringify(home)).toContain('Waits for you')
  expect(chat.sandbox.slack.failures).toEqual([])
})

test('nobody asks a cloud for more than it allows: no call of the background or of a person was refused', () => {
  const { calls } = chat.sandbox.world
  expect(calls.filter(({ status }) => status === 429)).toEqual([])
  const asked = calls.filter(({ vendor }) => vendor === 'clickhouse').map(({ startedAt }) => startedAt)
  expect(asked.length).toBeGreaterThan(0)
  const inAnyTenSeconds = asked.map((start) => asked.filter((at) => at >= start && at < start + 10_000).length)
  expect(Math.max(...inAnyTenSeconds)).toBeLessThanOrEqual(10 * chat.sandbox.world.organizations.length)
})
