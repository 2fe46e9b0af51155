import { afterAll, beforeAll, expect, test } from 'vitest'
import { slack as workspace } from '../../../sandbox/estate.ts'
import type { AuditEntry } from '../../../src/domain/audit.ts'
import { auditIndexKey, redisAudit } from '../../../src/redis/audit.ts'
import { redisDiagnoses } from '../../../src/redis/records.ts'
import { alice, carol, samples } from '../../sample-requests.ts'
import { anotherSetup } from './another-setup.ts'
import { planned } from './approval.ts'
import { type BotWorld, startBotWorld, textOf } from './harness.ts'

/** What people ask for, end or are refused is in the audit, with who and from which chat, though it changes no request. */

const { users, channels } = workspace

let at: BotWorld
beforeAll(async () => {
  at = await startBotWorld({
    policies: [
      {
        networks: ['*'],
        actions: ['setup'],
        approvers: ['Carol Jones'],
        requesters: ['Alice Adams', 'Bob Builder'],
        channel: 'network-approvals',
      },
    ],
    slack: { profiles: { mallory: { team_id: 'T0ELSEWHERE' } } },
  })
})
afterAll(async () => await at.close())

const say = async (text: string, user = 'alice') => (await at.driver.command(user, text)).body

async function entries(event: string): Promise<readonly AuditEntry[]> {
  const audit = redisAudit(at.connection)
  const cut = await audit.cut()
  const all = (await Array.fromAsync(audit.links(cut, 0))).map(({ entry }) => entry)
  return all.filter((entry) => entry.event === event)
}

const byAlice = { by: { name: 'Alice Adams' }, surface: 'slack' }

test('a diagnosis, one that wakes a service, and one that is repeated', async () => {
  await say('diagnose analytics-prod from prod-westus3')
  expect(await entries('diagnose')).toMatchObject([{ ...byAlice, record: 'DG-1', what: 'analytics-prod from prod-westus3' }])
  const remedy = { text: 'Wake it.', command: 'diagnose' }
  const finding = { code: 'service-idle', severity: 'warn', title: 'idle', detail: 'idle', remedy } as const
  const place = { surface: 'slack', id: channels.data } as const
  const asked = { by: alice, place, at: new Date().toISOString(), service: 'analytics-prod', network: 'prod-westus3' }
  const looks = [{ network: 'prod-westus3', verdict: { ...finding, findings: [finding] } }]
  await redisDiagnoses(at.connection).save({ id: 'DG-50', asked, looks, endedAt: asked.at })
  await at.producer.show({ kind: 'diagnosis', id: 'DG-50' })
  const card = await at.slack.until(({ messages }) => messages.find((one) => textOf(one).includes('DG-50, asked by')))
  await at.driver.click('bob', card, 'Wake it and diagnose')
  await at.slack.until(({ ephemerals }) => ephemerals.find((one) => one.user === users.bob))
  expect(await entries('wake')).toMatchObject([{ by: { name: 'Bob Builder' }, surface: 'slack', record: 'DG-2' }])
})

test('a watch that begins, changes and ends', async () => {
  await say('watch analytics-prod from prod-westus3 every 5m')
  await say('watch analytics-prod from prod-westus3 every 10m')
  await say('unwatch analytics-prod from prod-westus3')
  expect(await entries('watch')).toMatchObject([
    { ...byAlice, record: 'WT-1', what: 'analytics-prod from prod-westus3 every 5 min' },
    { ...byAlice, record: 'WT-1', what: 'analytics-prod from prod-westus3 every 10 min' },
  ])
  expect(await entries('unwatch')).toMatchObject([{ ...byAlice, record: 'WT-1', what: 'analytics-prod from prod-westus3' }])
})

test('an export, which the request’s history shows', async () => {
  await at.ledger.create({ ...samples.done, id: 'PL-900' })
  await at.producer.show({ kind: 'request', id: 'PL-900' })
  const card = await at.slack.until(({ messages }) =>
    messages.findLast(({ blocks }) => JSON.stringify(blocks).includes('Export')),
  )
  await at.driver.click('alice', card, 'Export Terraform')
  await at.slack.until(({ ephemerals }) => ephemerals.findLast((one) => textOf(one).includes('pl-900.tf')))
  expect(await entries('export')).toMatchObject([{ ...byAlice, request: 'PL-900', state: 'done', what: 'pl-900.tf' }])
  const shown = await say('request PL-900')
  expect(shown).toContain('export by Alice Adams from slack: pl-900.tf')
  expect(shown).not.toContain('archive')
  await at.connection.lpop(auditIndexKey('PL-900'))
  expect(await say('request PL-900')).toContain('Earlier entries are in the audit’s archive.')
})

test('refused clicks and commands, also those of another company’s people, and no more of one person than fit', async () => {
  const { body } = await at.driver.command('alice', anotherSetup(), { channel: 'data' })
  const id = /request (PL-\d+)/.exec(body)?.[1] ?? ''
  await planned(at, id, { approvers: [carol] })
  const card = await at.slack.until(({ messages }) =>
    messages.find((one) => one.channel === channels.approvals && textOf(one).includes(`request ${id} · awaiting-approval`)),
  )
  await at.driver.click('alice', card, 'Approve')
  await at.driver.click('mallory', card, 'Approve')
  await expect.poll(async () => await entries('refused')).toHaveLength(2)
  await say('setup analytics-prod in prod-westus3', 'carol')
  await say(`cancel ${id}`, 'bob')
  await say('cancel PL-77', 'mallory')
  expect((await entries('refused')).map(({ by, surface, what, record }) => [by?.name, surface, what, record])).toEqual([
    ['Alice Adams', 'slack', 'approve: own-request', id],
    ['mallory', 'slack', 'approve: stranger', id],
    ['Carol Jones', 'slack', 'setup: not-a-requester', undefined],
    ['Bob Builder', 'slack', 'cancel: may-not-cancel', id],
    ['mallory', 'slack', 'cancel: stranger', undefined],
  ])
  for (let count = 0; count < 40; count += 1) await say(`cancel ${id}`, 'bob')
  const ofBob = (await entries('refused')).filter(({ by }) => by?.name === 'Bob Builder')
  expect(ofBob).toHaveLength(30)
  expect(ofBob.at(-1)?.what).toContain('not written down for up to an hour')
})
