import { afterAll, beforeAll, expect, test } from 'vitest'
import { teams as tenant } from '../../../../sandbox/estate.ts'
import { objectsOf, stringOf } from '../../../../sandbox/teams/json.ts'
import { cardIn } from '../../../../sandbox/teams/render.ts'
import type { TeamsMessage } from '../../../../sandbox/teams/store.ts'
import { connect } from '../../../../src/redis/connection.ts'
import { redisInventory } from '../../../../src/redis/records.ts'
import { service } from '../../../unit/literals.ts'
import { startTeamsWorld, type TeamsWorld } from './harness.ts'

/** Commands wherever Teams lets people give them, and the dialogs that some of them open. */

let at: TeamsWorld
beforeAll(async () => {
  at = await startTeamsWorld()
  const redis = connect(at.redis.url, { patient: false })
  await redisInventory(redis).write({ readAt: new Date().toISOString(), services: [service], allowLists: {} })
  redis.disconnect()
})
afterAll(async () => await at.close())

const botMessages = () => at.teams.store.messages.filter(({ by }) => by === at.teams.directory.botId)

test.each([
  ['a channel, after a mention', 'data', {}],
  ['a channel, as a slash command', 'data', { targeted: true }],
  ['a group chat, after a mention', 'group', {}],
  ['the chat with the bot', 'personal', {}],
])('help in %s is answered to its sender alone', async (_where, place, options) => {
  const before = botMessages().length
  expect((await at.people.command('alice', place, 'help', options)).status).toBe(200)
  await at.told('alice', 'setup [SERVICE…]')
  const answers = botMessages().slice(before)
  expect(answers.length).toBeGreaterThan(0)
  const personal = at.teams.directory.personal.get(tenant.users.alice)
  for (const answer of answers)
    expect(answer.onlyFor ?? (answer.conversation === personal ? tenant.users.alice : 'everybody')).toBe(tenant.users.alice)
})

test.each(['/privatelink help', 'privatelink help', '  HELP ', 'help\u00a0', '<p>help</p>'])(
  '%j is understood as help',
  async (text) => {
    const before = botMessages().length
    await at.people.deliver('bob', 'personal', { type: 'message', text })
    await at.teams.until(() => botMessages().length > before)
    expect(at.teams.render(botMessages().at(-1) as TeamsMessage)).toContain('setup [SERVICE…]')
  },
)

test('a mention in the middle of other mentions is taken out, and the others stay readable', async () => {
  const id = await at.asked('setup analytics-prod in prod-westus3 because "R&D <needs> it"')
  expect((await at.ledger.get(id))?.asked.reason).toBe('R&D <needs> it')
  await at.card('data', id)
})

test('where a private answer in a channel is refused, it comes in the chat with the bot', async () => {
  at.teams.fail({ status: 403, code: 'Forbidden' }, 1, ({ path }) => path.endsWith('/activities'))
  await at.people.command('carol', 'data', 'help')
  await at.told('carol', 'setup [SERVICE…]')
  const personal = at.teams.directory.personal.get(tenant.users.carol)
  expect(botMessages().at(-1)?.conversation).toBe(personal)
})

test('an incomplete command is answered with a button that opens its dialog, which is filled in and sent', async () => {
  await at.people.command('alice', 'data', 'setup')
  const opener = await at.teams.until(({ messages }) =>
    messages.findLast((each) => each.onlyFor === tenant.users.alice && at.teams.render(each).includes('[Fill in the form]')),
  )
  await at.people.openDialog('alice', opener, 'Fill in the form')
  const dialog = at.teams.dialogOf('alice')
  expect(dialog?.title).toContain('Private Link')
  const inputs = objectsOf(dialog?.card, 'body').flatMap((each) => stringOf(each, 'label') ?? [])
  expect(inputs.length).toBeGreaterThan(1)
  const submit = stringOf(objectsOf(dialog?.card, 'actions')[0], 'title') ?? ''
  await at.people.submit('alice', { Service: 'analytics-prod', Network: 'prod-westus3' }, submit)
  const requested = await at.told('alice', 'PL-')
  expect(requested).toContain('analytics-prod')
  expect(at.teams.store.failures).toEqual([])
})

test('details open as a dialog, with the same words as the card', async () => {
  const id = await at.asked()
  const approval = await at.planned(id)
  await at.people.openDialog('mallory', approval, 'Details')
  const dialog = at.teams.dialogOf('mallory')
  expect(at.teams.render(dialog as NonNullable<typeof dialog>)).toContain('pe-analytics-prod')
  expect(at.teams.store.failures).toEqual([])
})

test('somebody who adds the app for themselves is told what it understands', async () => {
  const before = botMessages().length
  await at.people.install('mallory', 'personal')
  await at.teams.until(() => botMessages().length > before)
  expect(at.teams.render(botMessages().at(-1) as TeamsMessage)).toContain('setup [SERVICE…]')
})

test('the Terraform of a plan is offered as a file, and uploaded once it is accepted', async () => {
  const id = await at.asked()
  const approval = await at.planned(id)
  await at.people.openDialog('alice', approval, 'Export Terraform')
  const personal = () => at.teams.directory.personal.get(tenant.users.alice)
  const offer = await at.teams.until(({ messages }) =>
    messages.findLast(
      (each) =>
        each.conversation === personal() &&
        objectsOf(each.activity, 'attachments').some(({ contentType }) => String(contentType).endsWith('file.consent')),
    ),
  )
  await at.people.acceptFile('alice', offer)
  const file = await at.teams.until(({ files }) => files.find(({ content }) => content !== undefined))
  expect(file.content?.toString()).toContain('azurerm_private_endpoint')
  await at.teams.until(({ messages }) =>
    messages.some((each) =>
      objectsOf(each.activity, 'attachments').some(({ contentType }) => String(contentType).endsWith('file.info')),
    ),
  )
})

test('a watch is shown with its picture, which comes in the chat with the bot', async () => {
  await at.people.command('bob', 'data', 'watch analytics-prod from prod-westus3 every 5m')
  const shown = await at.teams.until(({ messages }) =>
    messages.findLast((each) => each.onlyFor === tenant.users.bob && at.teams.render(each).includes('[Last 24 hours]')),
  )
  await at.people.openDialog('bob', shown, 'Last 24 hours')
  await at.told('bob', '(picture: analytics-prod from prod-westus3')
  expect(at.teams.store.failures).toEqual([])
})

test('a click on a private answer changes no message that others see', async () => {
  const id = await at.asked()
  await at.planned(id)
  await at.people.command('bob', 'data', `request ${id}`)
  const own = await at.teams.until(({ messages }) =>
    messages.findLast((each) => each.onlyFor === tenant.users.bob && at.teams.render(each).includes('[Cancel]')),
  )
  const { request } = await at.people.click('bob', own, 'Cancel')
  expect(JSON.parse(request.body).value.action.data.private).toBe(true)
  await at.card('approvals', `request ${id} · cancelled`)
  expect(own.history).toHaveLength(1)
})

test('every card is an Adaptive Card without text beside it', () => {
  for (const { activity } of botMessages().filter((each) => cardIn(each.activity) !== undefined))
    expect(stringOf(activity, 'text')).toBeUndefined()
})
