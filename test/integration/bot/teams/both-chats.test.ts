import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { teams as tenant, slack as workspace } from '../../../../sandbox/estate.ts'
import { signedForm } from '../../../../sandbox/slack/driver/deliver.ts'
import type { SlackMessage } from '../../../../sandbox/slack/store.ts'
import { redisAudit } from '../../../../src/redis/audit.ts'
import { connect } from '../../../../src/redis/connection.ts'
import { digest } from '../../../sample-requests.ts'
import { anotherSetup } from '../another-setup.ts'
import { startTeamsWorld, type TeamsWorld } from './harness.ts'

/** One ledger behind Slack and Teams. */

let at: TeamsWorld
beforeAll(async () => {
  at = await startTeamsWorld({
    both: true,
    people: [
      { name: 'Alice Adams', email: 'alice@acme.example', slack: workspace.users.alice, teams: tenant.users.alice },
      { name: 'Bob Builder', email: 'bob@acme.example', slack: workspace.users.bob, teams: tenant.users.bob },
      { name: 'Carol Jones', email: 'carol@acme.example', teams: tenant.users.carol },
    ],
  })
})
afterAll(async () => await at.close())

async function slackCard(id: string, state: string): Promise<SlackMessage> {
  return await at.slack.until(
    ({ messages }) =>
      messages.find(
        (each) =>
          each.channel === workspace.channels.approvals && at.slack.render(each, 10_000).includes(`request ${id} · ${state}`),
      ),
    { timeoutMs: 20_000, what: `${id} ${state} in Slack` },
  )
}

const toldInSlack = async (user: keyof typeof workspace.users, word: string) =>
  await at.slack.until(
    ({ ephemerals }) =>
      ephemerals.find((each) => each.user === workspace.users[user] && at.slack.render(each, 10_000).includes(word)),
    { what: `${word} said to ${user} in Slack` },
  )

async function decisionsOf(id: string) {
  const redis = connect(at.redis.url, { patient: false })
  const entries = await redisAudit(redis).of(id)
  redis.disconnect()
  return entries.filter(({ event }) => event === 'approve' || event === 'reject')
}

describe('a request made in Teams', () => {
  test('is refused to the same person in Slack, approved there by another, and shown done in both', async () => {
    const id = await at.asked()
    await at.planned(id)
    const card = await slackCard(id, 'awaiting-approval')
    await at.slackPeople.click('alice', card, 'Approve')
    await toldInSlack('alice', 'yourself')
    expect((await at.ledger.get(id))?.state).toBe('awaiting-approval')
    await at.slackPeople.click('bob', card, 'Approve')
    await slackCard(id, 'applying')
    await at.card('approvals', `request ${id} · applying`)
    await at.card('data', `request ${id} · applying`)
    expect(await decisionsOf(id)).toMatchObject([{ event: 'approve', by: { name: 'Bob Builder' }, surface: 'slack' }])
  })

  test('is refused to a person who is tied to the requester by a verified email only', async () => {
    const other = await startTeamsWorld({
      both: true,
      people: [
        { name: 'Alice Adams', email: 'alice@acme.example', slack: workspace.users.alice },
        { name: 'Bob Builder', email: 'bob@acme.example', teams: tenant.users.bob },
      ],
      approvers: ['Alice Adams', 'Bob Builder'],
    })
    try {
      const id = await other.asked()
      expect((await other.ledger.get(id))?.asked.by.name).toBe('Alice Adams')
      await other.planned(id, {
        approvers: [
          {
            key: 'person:Alice Adams',
            name: 'Alice Adams',
            email: 'alice@acme.example',
            accounts: { slack: workspace.users.alice },
          },
          { key: 'person:Bob Builder', name: 'Bob Builder', email: 'bob@acme.example', accounts: { teams: tenant.users.bob } },
        ],
      })
      const card = await other.slack.until(({ messages }) =>
        messages.find((each) => other.slack.render(each, 10_000).includes(`request ${id} · awaiting-approval`)),
      )
      await other.slackPeople.click('alice', card, 'Approve')
      await other.slack.until(({ ephemerals }) =>
        ephemerals.find((each) => other.slack.render(each, 10_000).includes('yourself')),
      )
      expect((await other.ledger.get(id))?.state).toBe('awaiting-approval')
      await other.slackPeople.click('bob', card, 'Approve')
      await other.card('approvals', `request ${id} · applying`)
    } finally {
      await other.close()
    }
  })
})

test('a request made in Slack is decided in Teams, and its message in Slack shows it', async () => {
  const { body } = await at.slackPeople.command('alice', anotherSetup(), { channel: 'data' })
  const id = /PL-\d+/.exec(body)?.[0] ?? ''
  const card = await at.planned(id)
  await at.people.click('carol', card, 'Reject')
  await slackCard(id, 'rejected')
  expect(await decisionsOf(id)).toMatchObject([{ event: 'reject', by: { name: 'Carol Jones' }, surface: 'teams' }])
})

const rounds = 500

test(`${rounds} rounds of an approval in Slack and one in Teams in the same moment: one counts`, {
  timeout: 600_000,
}, async () => {
  const first = await at.asked()
  const teamsCard = await at.planned(first)
  const { request } = await at.slackPeople.click('mallory', await slackCard(first, 'awaiting-approval'), 'Approve')
  const template = JSON.parse(new URLSearchParams(request.body).get('payload') ?? '')
  const url = request.url

  for (let round = 0; round < rounds; round++) {
    const id = await at.ledger.nextId()
    const before = await at.ledger.get(first)
    if (before === undefined) throw new Error('the first request is gone')
    await at.ledger.create({ ...before, id, state: 'planning', steps: {} })
    await at.ledger.record(id, { type: 'claim', run: 'planner', at: new Date().toISOString() })
    const { plan, approval } = before
    if (plan === undefined || approval === undefined) throw new Error('no plan')
    await at.ledger.record(id, { type: 'plan-ready', run: 'planner', plan, digest, approval })
    const data = { id, digest }
    const payload = JSON.stringify(template).replaceAll(first, id).replaceAll(workspace.users.mallory, workspace.users.bob)
    const answers = await Promise.all([
      at.slackPeople.replay(signedForm({ payload }, { url, secret: workspace.signingSecret, now: Date.now() })),
      at.people.deliver(round % 2 === 0 ? 'bob' : 'carol', teamsCard.conversation, {
        type: 'invoke',
        name: 'adaptiveCard/action',
        replyToId: teamsCard.id,
        value: { trigger: 'manual', action: { type: 'Action.Execute', verb: 'approve', data } },
      }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    await expect.poll(async () => (await at.ledger.get(id))?.state).toBe('applying')
    expect(await decisionsOf(id)).toHaveLength(1)
  }
})
