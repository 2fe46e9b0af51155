import { afterEach, describe, expect, test } from 'vitest'
import { slack as workspace } from '../../../../sandbox/estate.ts'
import { planned } from '../approval.ts'
import { type BotWorld, startBotWorld, textOf } from '../harness.ts'

/** People of another company, whom a shared channel lets see the bot's messages, and guests of ours. */

let at: BotWorld | undefined
afterEach(async () => {
  await at?.close()
  at = undefined
})

/** Mallory, as `users.info` tells of her. */
async function withMallory(profile: object): Promise<BotWorld> {
  at = await startBotWorld({ slack: { profiles: { mallory: { ...profile } } } })
  return at
}

async function card({ driver, slack, ...world }: BotWorld) {
  const { body } = await driver.command('alice', 'setup analytics-prod in prod-westus3', { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1] ?? ''
  await planned(world, id)
  return await slack.until(({ messages }) =>
    messages.find((each) => each.channel === workspace.channels.approvals && textOf(each).includes(`${id} · awaiting-approval`)),
  )
}

const toldMallory = async ({ slack }: BotWorld, words: string) =>
  await slack.until(
    ({ ephemerals }) => ephemerals.find((each) => each.user === workspace.users.mallory && textOf(each).includes(words)),
    { what: words },
  )

const changes = ['setup analytics-prod in prod-westus3', 'diagnose analytics-prod from prod-westus3', 'cancel PL-1']
const readings = ['requests', 'status', 'request PL-1']

describe.each([
  ['of another workspace', { team_id: 'T0OTHER' }],
  ['whom Slack calls a stranger', { is_stranger: true }],
])('somebody %s', (_who, profile) => {
  test('gets help, and nothing else', async () => {
    const world = await withMallory(profile)
    expect((await world.driver.command('mallory', 'help')).body).toContain('/privatelink setup')
    for (const words of [...changes, ...readings])
      expect((await world.driver.command('mallory', words)).body).toContain('I answer members of this company only.')
    const message = await card(world)
    await world.driver.click('mallory', message, 'Details')
    await toldMallory(world, 'I answer members of this company only.')
    expect((await world.ledger.open()).map(({ id }) => id)).toEqual(['PL-1'])
  })
})

describe.each([
  ['a guest', { is_restricted: true }],
  ['a guest of one channel', { is_restricted: true, is_ultra_restricted: true }],
])('%s', (_who, profile) => {
  test('reads, and changes nothing', async () => {
    const world = await withMallory(profile)
    const message = await card(world)
    for (const words of changes)
      expect((await world.driver.command('mallory', words)).body).toContain('Guests can read here, and change nothing.')
    for (const words of readings) expect((await world.driver.command('mallory', words)).body).not.toContain('Guests can read')
    await world.driver.click('mallory', message, 'Details')
    await toldMallory(world, 'An approval counts for exactly this plan')
    await world.driver.click('mallory', message, 'Approve')
    await toldMallory(world, 'Guests can read here')
    expect((await world.ledger.open()).map(({ state }) => state)).toEqual(['awaiting-approval'])
  })
})

test('a member of another workspace of our enterprise is a member', async () => {
  const world = await withMallory({
    team_id: 'T0OTHER',
    enterprise_user: { enterprise_id: 'E0ACME', teams: ['T0OTHER', 'T0ACME'] },
  })
  expect((await world.driver.command('mallory', 'requests')).body).not.toContain('I answer members')
})
