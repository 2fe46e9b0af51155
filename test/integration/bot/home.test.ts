import { afterEach, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import type { SlackView } from '../../../sandbox/slack/store.ts'
import { anotherSetup } from './another-setup.ts'
import { planned } from './approval.ts'
import { type BotWorld, startBotWorld } from './harness.ts'

let at: BotWorld
afterEach(async () => {
  await at.close()
})

async function asked(user: 'alice' | 'bob'): Promise<string> {
  const { body } = await at.driver.command(user, anotherSetup(), { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1] ?? ''
  await planned(at, id)
  return id
}

const homeOf = (user: keyof typeof workspace.users, ...words: string[]): Promise<SlackView> =>
  at.slack.until(
    ({ homes }) =>
      homes.find((home) => home.user === workspace.users[user] && words.every((word) => at.slack.render(home).includes(word))),
    { what: `a Home tab of ${user} with ${words.join(', ')}` },
  )

test('what waits for me, with the plan and the buttons; what I asked for; and neither to anybody else', async () => {
  at = await startBotWorld()
  const [mine, theirs] = [await asked('bob'), await asked('alice')]
  await at.driver.openHome('bob')
  const home = await homeOf('bob', 'Waits for you', 'Your open requests')
  const [waiting = '', own = ''] = at.slack.render(home).split('Your open requests')
  expect(waiting).toContain(`request ${theirs} · awaiting-approval`)
  expect(waiting).toContain('+ create   private endpoint')
  expect(waiting).toContain('[Approve]')
  expect(waiting).not.toContain(mine)
  expect(own).toContain(`request ${mine} · awaiting-approval`)
  expect(own).not.toContain('[Approve]')
  await at.driver.openHome('mallory')
  const other = at.slack.render(await homeOf('mallory', 'Waits for you'))
  expect(other).toContain('Nothing waits for you.')
  expect(other).not.toContain('PL-')
})

test('a decision on the page is answered in a window, and the page follows', async () => {
  at = await startBotWorld()
  const id = await asked('alice')
  await at.driver.openHome('bob')
  await at.driver.click('bob', await homeOf('bob', id), 'Reject')
  const told = await at.slack.until(() => at.slack.topView('bob'))
  expect(at.slack.render(told)).toContain(`You rejected ${id}`)
  await homeOf('bob', 'Nothing waits for you.')
  expect((await at.ledger.get(id))?.state).toBe('rejected')
  expect(at.slack.failures).toEqual([])
})

test('somebody else’s page cannot be used: the click is judged by who clicked', async () => {
  at = await startBotWorld()
  const id = await asked('alice')
  await at.driver.openHome('bob')
  const page = await homeOf('bob', id)
  await at.driver.click('mallory', { ...page, user: workspace.users.mallory }, 'Approve')
  const told = await at.slack.until(() => at.slack.topView('mallory'))
  expect(at.slack.render(told)).toContain('You are not among the approvers')
  expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
})

test('more than a page holds is counted', async () => {
  at = await startBotWorld()
  for (let count = 0; count < 11; count += 1) await asked('alice')
  await at.driver.openHome('bob')
  const page = await homeOf('bob', '3 more: /privatelink requests open')
  expect(at.slack.render(page).match(/· awaiting-approval/g)).toHaveLength(8)
})

test('as much as a page shows of both fits on it', async () => {
  at = await startBotWorld()
  for (let count = 0; count < 9; count += 1) {
    await asked('alice')
    await asked('bob')
  }
  await at.driver.openHome('bob')
  const page = await homeOf('bob', '1 more: /privatelink requests open', '1 more: /privatelink requests mine')
  const [waiting = '', own = ''] = at.slack.render(page).split('Your open requests')
  for (const half of [waiting, own]) expect(half.match(/· awaiting-approval/g)).toHaveLength(8)
  expect(waiting.match(/\[Approve\]/g)).toHaveLength(8)
  expect(own.match(/\[Cancel\]/g)).toHaveLength(8)
})
