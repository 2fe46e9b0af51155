import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { teams as tenant } from '../../../../sandbox/estate.ts'
import { startTeamsWorld, type TeamsWorld } from './harness.ts'

/** What Teams refuses, for a while or for good. */

/** How long Teams is away; `TEAMS_AWAY_MS=600000` for ten minutes. */
const awayMs = Number(process.env.TEAMS_AWAY_MS ?? 6_000)

let at: TeamsWorld
beforeAll(async () => {
  at = await startTeamsWorld({ tenant: { notAddedTo: new Set(), disabled: new Set() } })
})
afterAll(async () => await at.close())
beforeEach(() => {
  at.teams.directory.tenant.notAddedTo?.clear()
  at.teams.directory.tenant.disabled?.clear()
})

const approvalCards = (id: string) =>
  at.teams.store.messages.filter(
    (each) =>
      at.teams.directory.conversation(each.conversation) === tenant.channels.approvals && at.teams.render(each).includes(id),
  )

describe('for a while', () => {
  test.each([
    [429, 'TooManyRequests', { 'retry-after': '1' }],
    [412, 'PreconditionFailed', {}],
    [502, 'BadGateway', {}],
    [504, 'GatewayTimeout', {}],
    [500, 'ServiceError', {}],
  ])('%i several times in a row is waited out, and the message comes once', async (status, code, headers) => {
    const id = await at.asked()
    at.teams.fail({ status, code, headers }, 3, ({ method, path }) => method === 'POST' && path === '/teams/v3/conversations')
    void at.planned(id).catch(() => undefined)
    await at.teams.until(() => approvalCards(id).length > 0, { timeoutMs: 30_000, what: `the approval card of ${id}` })
    expect(approvalCards(id)).toHaveLength(1)
  })

  test.each<[number, Record<string, string>]>([
    [429, { 'retry-after': '1' }],
    [502, {}],
  ])('an answer that is refused with %i several times in a row comes once, where it was asked for', async (status, headers) => {
    const answers = () => at.teams.store.messages.filter((each) => at.teams.render(each).includes('setup [SERVICE…]'))
    const before = answers().length
    at.teams.fail({ status, code: 'Busy', headers }, 3, ({ method, path }) => method === 'POST' && path.includes('/activities'))
    await at.people.command('alice', 'data', 'help')
    await at.teams.until(() => answers().length > before, { timeoutMs: 30_000, what: 'the answer' })
    const [answer, ...others] = answers().slice(before)
    expect(others).toEqual([])
    expect(at.teams.directory.conversation(answer?.conversation ?? '')).toBe(tenant.channels.data)
  })

  test('the bot stops although an answer still waits', async () => {
    let isAway = true
    at.teams.fail({ status: 503, code: 'ServiceUnavailable' }, Number.POSITIVE_INFINITY, () => isAway)
    await at.people.command('alice', 'data', 'help')
    await at.restart()
    expect(at.logged.join('\n')).toContain('an answer did not arrive at all')
    isAway = false
  })

  test('a token that is refused is asked for anew, once', async () => {
    const id = await at.asked()
    at.teams.expireTokens()
    const before = at.teams.tokensGiven()
    await at.planned(id)
    expect(at.teams.tokensGiven() - before).toBe(1)
  })
})

test('a secret that has ended is told by /readyz, until Teams takes the token again', async () => {
  let isRefused = true
  at.teams.fail({ status: 401, code: 'Unauthorized' }, Number.POSITIVE_INFINITY, () => isRefused)
  await at.people.command('alice', 'data', 'help')
  const ready = async () => await fetch(`${at.url}/readyz`)
  await expect.poll(async () => (await ready()).status).toBe(503)
  expect(await (await ready()).json()).toEqual({ status: 'not ready', teams: 'refuses the credentials of the bot' })
  expect(at.logged.join('\n')).toContain('Check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID')
  isRefused = false
  await at.people.command('alice', 'data', 'help')
  await expect.poll(async () => (await ready()).status).toBe(200)
})

test('while Teams is away no message is lost, and none is doubled once it is back', { timeout: awayMs + 120_000 }, async () => {
  const ids = [await at.asked(), await at.asked('setup billing-prod in prod-westus3')]
  let isAway = true
  at.teams.fail({ status: 503, code: 'ServiceUnavailable' }, Number.POSITIVE_INFINITY, () => isAway)
  for (const id of ids) void at.planned(id).catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, awayMs))
  for (const id of ids) expect(approvalCards(id)).toHaveLength(0)
  isAway = false
  for (const id of ids) {
    await at.teams.until(() => approvalCards(id).length > 0, { timeoutMs: 90_000, what: `the approval card of ${id}` })
    expect(approvalCards(id)).toHaveLength(1)
    await at.card('data', `request ${id} · awaiting-approval`)
  }
})

describe('for good', () => {
  test('a channel that the bot was removed from is said to the one who asked, and not tried again and again', async () => {
    at.teams.directory.tenant.notAddedTo?.add('approvals')
    const id = await at.asked()
    await at.planned(id).catch(() => undefined)
    const told = await at.card('data', id, 'could not post this')
    expect(at.teams.render(told)).toContain('Add the app')
    expect(at.teams.render(told)).toContain('I post it as soon as I am added.')
    expect(approvalCards(id)).toHaveLength(0)
    at.teams.directory.tenant.notAddedTo?.clear()
    await at.people.install('bob', 'approvals')
    await at.card('approvals', `request ${id} · awaiting-approval`)
  })

  test('a card that Teams refuses is sent in a simpler form', async () => {
    const id = await at.asked()
    at.teams.fail(
      { status: 400, code: 'BadArgument' },
      1,
      ({ method, path }) => method === 'POST' && path === '/teams/v3/conversations',
    )
    const card = await at.planned(id)
    expect(at.teams.render(card)).toContain('pe-analytics-prod')
    expect(at.teams.render(card)).toContain('[Approve]')
    await at.people.click('bob', card, 'Approve')
    await at.told('bob', 'You approved')
  })

  test('a person who has blocked the app loses no message of others', async () => {
    await at.people.command('alice', 'personal', 'help')
    at.teams.directory.tenant.disabled?.add('alice')
    const id = await at.asked('setup analytics-dev in prod-westus3').catch(() => '')
    expect(id).toMatch(/^PL-/)
    await at.planned(id)
    await at.card('data', id)
  })
})

test('another bot takes over, and posts where nobody spoke to it', async () => {
  const id = await at.asked()
  await at.restart()
  const card = await at.planned(id)
  expect(approvalCards(id)).toHaveLength(1)
  const second = await at.second()
  await at.teams.driver(second.url).click('bob', card, 'Approve')
  await at.told('bob', 'You approved')
  await second.close()
})
