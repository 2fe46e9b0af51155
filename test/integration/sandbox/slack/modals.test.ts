import { expect, test } from 'vitest'
import { slack as estate } from '../../../../sandbox/estate.ts'
import type { SlackView } from '../../../../sandbox/slack/store.ts'
import type { Bot, Fields, Stage } from './fixture.ts'
import { blocks, bot, refusal, reply, stage } from './fixture.ts'

const plain = (text: string) => ({ type: 'plain_text', text })
const option = (text: string, value = text) => ({ text: plain(text), value })
const input = (block_id: string, label: string, element: object, extra: object = {}) => ({
  type: 'input',
  block_id,
  label: plain(label),
  element,
  ...extra,
})

const form = [
  input('service', 'Services', {
    type: 'multi_static_select',
    action_id: 'pick',
    option_groups: [
      { label: plain('acme'), options: [option('analytics', 's1'), option('twin', 's2')] },
      { label: plain('other'), options: [option('twin', 's3')] },
    ],
    max_selected_items: 2,
  }),
  input(
    'network',
    'Network',
    { type: 'static_select', action_id: 'pick', options: [option('prod'), option('staging')], initial_option: option('prod') },
    { dispatch_action: true },
  ),
  input('reason', 'Reason', { type: 'plain_text_input', action_id: 'why', max_length: 20 }),
  input('flags', 'Flags', { type: 'checkboxes', action_id: 'f', options: [option('urgent')] }, { optional: true }),
  input('who', 'Approver', { type: 'users_select', action_id: 'u' }, { optional: true }),
]

const modal = (extra: object = {}) => ({
  type: 'modal' as const,
  title: { type: 'plain_text' as const, text: 'Set up' },
  submit: { type: 'plain_text' as const, text: 'Ask' },
  callback_id: 'setup',
  private_metadata: 'meta',
  blocks: blocks(...form),
  ...extra,
})

const complete = { Services: ['analytics', 'other / twin'], Reason: 'because' }

/** A bot whose form opens on a command, and that answers a submission as told. */
async function opened(at: Stage, app: Bot, extra: object = {}) {
  const people = at.slack.driver(app.url)
  await people.command('alice', 'setup')
  await at.client.views.open({ trigger_id: String(app.heard.at(-1)?.trigger_id), view: modal(extra) })
  const view = await at.slack.until(() => at.slack.topView('alice'))
  return { people, view }
}

const answering = (submission: unknown) =>
  bot((fields: Fields, response) => reply(response, fields.type === 'view_submission' ? submission : undefined))

test('a view of more than 250 kB is refused', async () => {
  await using at = await stage()
  await using app = await answering(undefined)
  await at.slack.driver(app.url).command('alice', 'setup')
  const groups = Array.from({ length: 30 }, (_, group) => ({
    label: plain(`group ${group}`),
    options: Array.from({ length: 100 }, (_, index) => option('驛'.repeat(30), `${group}-${index}`)),
  }))
  const list = input('service', 'Service', { type: 'static_select', action_id: 'pick', option_groups: groups })
  const large = modal({ blocks: blocks(list) })
  const trigger_id = String(app.heard.at(-1)?.trigger_id)
  expect((await refusal(at.client.views.open({ trigger_id, view: large }))).error).toBe('view_too_large')
  await at.client.views.open({ trigger_id, view: modal() })
})

test('a trigger opens one modal, within 3 s', async () => {
  let now = Date.now()
  await using at = await stage({ now: () => now })
  await using app = await answering(undefined)
  const { view } = await opened(at, app)
  expect(view).toMatchObject({ user: estate.users.alice, open: true, content: { callback_id: 'setup' } })
  const used = String(app.heard[0]?.trigger_id)
  expect((await refusal(at.client.views.open({ trigger_id: used, view: modal() }))).error).toBe('exchanged_trigger_id')
  await at.slack.driver(app.url).command('bob', 'setup')
  now += 3_001
  const late = String(app.heard[1]?.trigger_id)
  expect((await refusal(at.client.views.open({ trigger_id: late, view: modal() }))).error).toBe('expired_trigger_id')
})

test('a submission carries what was chosen and what was preset', async () => {
  await using at = await stage()
  await using app = await answering(undefined)
  const { people, view } = await opened(at, app)
  expect((await people.submit('alice', view, { ...complete, Flags: ['urgent'], u: 'bob' })).outcome).toBe('closed')
  expect(app.heard[1]).toMatchObject({
    type: 'view_submission',
    user: { id: estate.users.alice },
    view: {
      id: view.id,
      callback_id: 'setup',
      private_metadata: 'meta',
      hash: view.hash,
      root_view_id: view.id,
      previous_view_id: null,
      state: {
        values: {
          service: { pick: { type: 'multi_static_select', selected_options: [{ value: 's1' }, { value: 's3' }] } },
          network: { pick: { type: 'static_select', selected_option: { value: 'prod' } } },
          reason: { why: { type: 'plain_text_input', value: 'because' } },
          flags: { f: { selected_options: [{ value: 'urgent' }] } },
          who: { u: { type: 'users_select', selected_user: estate.users.bob } },
        },
      },
    },
    response_urls: [],
  })
  expect(at.slack.topView('alice')).toBeUndefined()
  await expect(people.submit('alice', view, {})).rejects.toThrow('this modal is closed')
})

test("what Slack's client would not let a person send is not sent", async () => {
  await using at = await stage()
  await using app = await answering(undefined)
  const { people, view } = await opened(at, app)
  const attempt = (values: Record<string, string | string[]>) => people.submit('alice', view, values)
  await expect(attempt({ Services: ['twin'] })).rejects.toThrow('2 options are "twin"')
  await expect(attempt({ Services: ['nope'] })).rejects.toThrow('offered are: analytics, twin, twin')
  await expect(attempt({ Services: ['s1', 's2', 's3'] })).rejects.toThrow('only 2 may be chosen')
  await expect(attempt({ Services: ['s1'] })).rejects.toThrow('not filled in: "Reason"')
  await expect(attempt({ Reason: 'x'.repeat(21) })).rejects.toThrow('too long')
  await expect(attempt({ Reason: 'two\nlines' })).rejects.toThrow('one line')
  await expect(attempt({ Nonsense: 'x' })).rejects.toThrow('0 inputs are "Nonsense"')
  await expect(people.submit('bob', view, complete)).rejects.toThrow('bob does not see this view')
  expect(app.heard).toHaveLength(1)
})

test('errors keep the modal open; errors for no input are a failure', async () => {
  await using at = await stage()
  await using app = await answering({ response_action: 'errors', errors: { reason: 'too vague' } })
  const { people, view } = await opened(at, app)
  expect(await people.submit('alice', view, complete)).toMatchObject({ outcome: 'errors', errors: { reason: 'too vague' } })
  expect(view).toMatchObject({ open: true, errors: { reason: 'too vague' } })
  expect(at.slack.render(view)).toContain('! reason: too vague')
  await using wrong = await answering({ response_action: 'errors', errors: { nowhere: 'x' } })
  expect((await at.slack.driver(wrong.url).submit('alice', view)).outcome).toBe('failed')
  expect(at.slack.failures).toMatchObject([{ error: 'invalid_response_errors nowhere' }])
})

test('an answer can update, push and clear', async () => {
  await using at = await stage()
  const other = modal({ blocks: blocks({ type: 'divider' }), submit: undefined })
  await using app = await answering({ response_action: 'push', view: modal({ title: plain('Second') }) })
  const { people, view } = await opened(at, app)
  const pushed = await people.submit('alice', view, complete)
  expect(pushed).toMatchObject({ outcome: 'pushed', view: { rootId: view.id, previousId: view.id } })
  expect(at.slack.topView('alice')).toBe(pushed.view)
  await using updating = await answering({ response_action: 'update', view: other })
  expect(await at.slack.driver(updating.url).submit('alice', pushed.view as SlackView, complete)).toMatchObject({
    outcome: 'updated',
  })
  expect(at.slack.topView('alice')?.content.blocks).toMatchObject([{ type: 'divider' }])
  await using clearing = await answering({ response_action: 'clear' })
  expect((await at.slack.driver(clearing.url).submit('alice', view)).outcome).toBe('cleared')
  expect(at.slack.topView('alice')).toBeUndefined()
  const { view: third } = await opened(at, app)
  await using broken = await answering({ response_action: 'update', view: { ...other, title: plain('x'.repeat(25)) } })
  expect((await at.slack.driver(broken.url).submit('alice', third, complete)).outcome).toBe('failed')
})

test('a choice that dispatches is told at once, and survives an update of the view', async () => {
  await using at = await stage()
  await using app = await answering(undefined)
  const { people, view } = await opened(at, app)
  await people.choose('alice', view, 'Network', 'staging')
  expect(app.heard[1]).toMatchObject({
    type: 'block_actions',
    container: { type: 'view', view_id: view.id },
    view: { id: view.id, state: { values: { network: { pick: { selected_option: { value: 'staging' } } } } } },
    actions: [{ type: 'static_select', action_id: 'pick', block_id: 'network', selected_option: { value: 'staging' } }],
  })
  expect(app.heard[1]).not.toHaveProperty('response_url')
  await expect(people.choose('alice', view, 'Services', ['s1'])).rejects.toThrow('no dispatch_action')
  const { hash } = view
  await at.client.views.update({ view_id: view.id, hash, view: modal({ title: plain('Changed') }) })
  expect((await refusal(at.client.views.update({ view_id: view.id, hash, view: modal() }))).error).toBe('hash_conflict')
  expect((await refusal(at.client.views.update({ view_id: 'V0', view: modal() }))).error).toBe('not_found')
  await people.submit('alice', view, complete)
  expect(app.heard[2]).toMatchObject({
    view: { state: { values: { network: { pick: { selected_option: { value: 'staging' } } } } } },
  })
})

test('of a list that is searched, what was shown is chosen, and is not asked for again', async () => {
  await using at = await stage()
  const offers = [option('analytics', 's1'), option('billing', 's2')]
  await using app = await bot((fields: Fields, response) =>
    reply(response, fields.type === 'block_suggestion' ? { options: offers } : undefined),
  )
  const search = input('found', 'Found', { type: 'external_select', action_id: 'pick', min_query_length: 0 })
  const { people, view } = await opened(at, app, { blocks: blocks(search, ...form) })
  const searches = () => app.heard.filter(({ type }) => type === 'block_suggestion').length
  const sent = (typed: string, value: string) => people.submit('alice', view, { ...complete, Found: { typed, value } })

  await expect(sent('a', 's1')).rejects.toThrow('0 options are "s1"')
  expect(await people.suggest('alice', view, 'Found', 'a')).toEqual(offers)
  await expect(sent('a', 's3')).rejects.toThrow('0 options are "s3"')
  await expect(sent('b', 's1')).rejects.toThrow('0 options are "s1"')
  await expect(people.submit('alice', view, { ...complete, Network: { typed: '', value: 'prod' } })).rejects.toThrow(
    'not searched',
  )
  expect(await sent('a', 's1')).toMatchObject({ outcome: 'closed' })
  expect(searches()).toBe(1)
  expect(app.heard.at(-1)).toMatchObject({ view: { state: { values: { found: { pick: { selected_option: offers[0] } } } } } })
})

test('closing is told only where the app asked for it', async () => {
  await using at = await stage()
  await using app = await answering(undefined)
  const silent = await opened(at, app)
  expect(await silent.people.closeModal('alice', silent.view)).toBeUndefined()
  const { people, view } = await opened(at, app, { notify_on_close: true })
  expect(await people.closeModal('alice', view)).toMatchObject({ status: 200 })
  expect(app.heard.at(-1)).toMatchObject({ type: 'view_closed', is_cleared: false, view: { id: view.id } })
  expect(at.slack.topView('alice')).toBeUndefined()
})
