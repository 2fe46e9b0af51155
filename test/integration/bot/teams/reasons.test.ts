import { afterAll, beforeAll, expect, test } from 'vitest'
import { teams as tenant, slack as workspace } from '../../../../sandbox/estate.ts'
import type { Look } from '../../../../src/domain/diagnosis/diagnosis.ts'
import { connect } from '../../../../src/redis/connection.ts'
import { redisDiagnoses } from '../../../../src/redis/records.ts'
import { alice, bob, plan } from '../../../sample-requests.ts'
import { startTeamsWorld, type TeamsWorld } from './harness.ts'

/** Where the policy requires a reason, a button that asks for a change asks for the reason as well, in either chat. */

let at: TeamsWorld
beforeAll(async () => {
  at = await startTeamsWorld({ both: true, policy: { reason: 'required', actions: ['setup', 'allow', 'teardown'] } })
})
afterAll(async () => await at.close())

/** A diagnosis that Alice has asked for in #data of the chat, whose fix is one of our commands. */
async function diagnosed(surface: 'slack' | 'teams'): Promise<string> {
  const redis = connect(at.redis.url, { patient: false })
  const store = redisDiagnoses(redis)
  const id = await store.nextId()
  const remedy = { text: 'Put it there.', command: 'allow analytics-prod from prod-westus3' }
  const finding = { code: 'allow-list-missing', severity: 'fail', title: 'missing', detail: 'missing', remedy } as const
  const looks: readonly Look[] = [{ network: 'prod-westus3', verdict: { ...finding, findings: [finding] } }]
  const place = { surface, id: surface === 'slack' ? workspace.channels.data : tenant.channels.data } as const
  const asked = { by: alice, place, at: new Date().toISOString(), service: 'analytics-prod', network: 'prod-westus3' }
  await store.save({ id, asked, looks, endedAt: asked.at })
  redis.disconnect()
  await at.producer.show({ kind: 'diagnosis', id })
  return id
}

const reasonsOf = async () => (await at.ledger.open()).map(({ action, asked }) => [action, asked.reason])

test('the fix of a diagnosis, in Teams', async () => {
  const id = await diagnosed('teams')
  const card = await at.card('data', `${id}, asked by`)
  await at.people.openDialog('bob', card, 'Request the fix')
  expect(at.teams.dialogOf('bob')?.title).toBe('Request the fix')
  expect(await reasonsOf()).toEqual([])
  await at.people.submit('bob', { Reason: ' ' }, 'Plan it')
  const open = at.teams.dialogOf('bob')
  expect(open && at.teams.render(open)).toContain('Say why')
  await at.people.submit('bob', { Reason: 'The nightly load fails.' }, 'Plan it')
  await expect.poll(reasonsOf).toEqual([['allow', 'The nightly load fails.']])
})

test('the fix of a diagnosis, in Slack', async () => {
  const before = (await reasonsOf()).length
  for (const request of await at.ledger.open())
    await at.ledger.record(request.id, { type: 'cancel', by: alice, at: new Date().toISOString() })
  const id = await diagnosed('slack')
  const card = await at.slack.until(({ messages }) =>
    messages.find((each) => at.slack.render(each, 10_000).includes(`${id}, asked by`)),
  )
  await at.slackPeople.click('bob', card, 'Request the fix')
  const view = await at.slack.until(({ views }) => views.find(({ open }) => open), { what: 'the form' })
  await at.slackPeople.submit('bob', view, { Reason: 'The nightly load fails again.' })
  await expect.poll(reasonsOf).toEqual([['allow', 'The nightly load fails again.']])
  expect(before).toBe(1)
})

test('the undo of a failed request, in Teams', async () => {
  const id = await at.asked('setup analytics-prod in prod-westus3 because "BI moves"')
  const now = new Date().toISOString()
  await at.planned(id)
  const { digest = '' } = (await at.ledger.get(id)) ?? {}
  await at.ledger.record(id, { type: 'approve', by: bob, digest, at: now })
  await at.ledger.record(id, { type: 'claim', run: 'r', at: now })
  const [{ id: step = 'private-endpoint' } = {}] = plan.steps
  await at.ledger.record(id, { type: 'step', run: 'r', id: step, progress: { state: 'done', startedAt: now, changed: true } })
  const problem = { code: 'x', message: 'It failed.', remedy: 'None.' }
  await at.ledger.record(id, { type: 'fail', run: 'r', outcome: { problem }, at: now })
  await at.producer.show({ kind: 'request', id })
  const card = await at.card('approvals', `request ${id} · failed`)
  await at.people.openDialog('bob', card, `Undo ${id}`)
  await at.people.submit('bob', { Reason: 'Start over.' }, 'Plan it')
  await expect.poll(reasonsOf).toContainEqual(['teardown', 'Start over.'])
})
