import { afterAll, beforeAll, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import type { Request } from '../../../src/domain/request.ts'
import { sweepRequests } from '../../../src/jobs/requests/sweep.ts'
import { alice, bob, carol, digest, samples } from '../../sample-requests.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** What ran without an approval, and nobody reviews. */

const { users, channels } = workspace
const hourMs = 3_600_000
const deactivated = new Set<string>()

let at: BotWorld
beforeAll(async () => {
  const policy = { networks: ['*'], actions: ['setup'], channel: 'network-approvals' }
  at = await startBotWorld({
    slack: { deactivated },
    policies: [{ ...policy, approvers: ['Alice Adams', 'Bob Builder', 'Carol Jones'] }],
  })
})
afterAll(async () => await at.close())

const endedAt = '2026-03-01T14:10:00.000Z'
const later = (hours: number) => new Date(Date.parse(endedAt) + hours * hourMs).toISOString()

/** Alice asked for it, Bob ran it at once, and Bob alone was its approver. */
async function overridden(id: string): Promise<void> {
  const { approval, ...done } = samples.done
  if (approval === undefined) throw new Error('the sample has an approval')
  const overrides = [{ by: bob, at: endedAt, digest, reason: 'it burns' }]
  const asked = { ...done.asked, by: alice }
  const request: Request = { ...done, id, asked, approval: { ...approval, approvers: [bob] }, overrides, endedAt }
  await at.ledger.create(request)
}

const sweep = async (hours: number) => await sweepRequests(at, later(hours))
const reminders = (id: string) =>
  at.slack.messages.filter((one) => one.channel === channels.approvals && textOf(one).includes(`*${id}* ran without an approval`))
const until = async (id: string, count: number) => await expect.poll(() => reminders(id), { timeout: 8_000 }).toHaveLength(count)

test('the approvers of the policy are reminded each day, once, also when the bot is restarted', async () => {
  await overridden('PL-60')
  await sweep(23)
  expect((await at.ledger.get('PL-60'))?.reviewReminded).toBeUndefined()
  await sweep(25)
  await until('PL-60', 1)
  expect(textOf(reminders('PL-60')[0] ?? { text: '', blocks: [] })).toContain(`still needs a review by <@${users.carol}>`)
  await at.restart()
  await sweep(26)
  await at.producer.show({ kind: 'request', id: 'PL-60' })
  await expect.poll(async () => Object.keys(await at.ledger.unshown())).toEqual([])
  expect(reminders('PL-60')).toHaveLength(1)
  // Days in which nothing ran are not caught up.
  await sweep(24 * 5 + 1)
  await until('PL-60', 2)
})

test('where nobody is left who could review it, that is said', async () => {
  await overridden('PL-61')
  deactivated.add('carol')
  await at.restart()
  await sweep(25)
  await until('PL-61', 1)
  const [said] = reminders('PL-61')
  expect(textOf(said ?? { text: '', blocks: [] })).toContain('nobody is left who could review it')
  expect(textOf(said ?? { text: '', blocks: [] })).toContain('Add an approver to the policy for setup in prod-westus3')
  deactivated.delete('carol')
  await at.restart()
})

test('an approver whom the policy names by now reviews it, and the reminders then say so', async () => {
  await overridden('PL-62')
  await sweep(25)
  await until('PL-62', 1)
  const card = await at.slack.until(({ messages }) =>
    messages.find(
      (one) =>
        one.channel === channels.approvals &&
        JSON.stringify(one.blocks).includes('Reviewed') &&
        textOf(one).includes('request PL-62'),
    ),
  )
  await at.driver.click('carol', card, 'Reviewed')
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => textOf(one).includes('You reviewed *PL-62*')))
  expect((await at.ledger.get('PL-62'))?.review?.by).toMatchObject({ key: carol.key })
  await until('PL-62', 0)
  await sweep(49)
  expect((await at.ledger.get('PL-62'))?.reviewReminded).toBe(1)
})
