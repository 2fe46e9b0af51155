import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { slack as estate } from '../../../../sandbox/estate.ts'
import { blocks, refusal, type Stage, stage } from './fixture.ts'

const { data } = estate.channels
const plain = (text: string) => ({ type: 'plain_text', text })
const md = (text: string) => ({ type: 'mrkdwn', text })
/** Two UTF-16 units each: a limit counted in anything but code points would fail these. */
const long = (count: number) => '𝒳'.repeat(count)
const section = (extra: object = {}) => ({ type: 'section', text: md('x'), ...extra })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const button = (extra: object = {}) => ({ type: 'button', action_id: 'go', text: plain('Go'), ...extra })
const options = (count: number) => Array.from({ length: count }, (_, at) => ({ text: plain(`o${at}`), value: `v${at}` }))
const select = (extra: object = {}) => ({ type: 'static_select', action_id: 'pick', options: options(1), ...extra })
const input = (element: object) => ({ type: 'input', label: plain('Label'), element })
const times = (count: number, make: (at: number) => object) => Array.from({ length: count }, (_, at) => make(at))

let at: Stage
beforeAll(async () => {
  const rate = { burst: 1_000, perSecond: 1_000 }
  at = await stage({ rates: { 'chat.postMessage': rate, 'views.open': rate } })
})
afterAll(() => at[Symbol.asyncDispose]())

const post = (...list: readonly object[]) =>
  at.client.chat.postMessage({ channel: data, text: 'fallback', blocks: blocks(...list) })

describe.each<[string, number, (length: number) => object[]]>([
  ['section text', 3000, (n) => [section({ text: md(long(n)) })]],
  ['section fields', 10, (n) => [section({ fields: times(n, () => md('f')) })]],
  ['length of a field', 2000, (n) => [section({ fields: [md(long(n))] })]],
  ['header', 150, (n) => [{ type: 'header', text: plain(long(n)) }]],
  ['context elements', 10, (n) => [{ type: 'context', elements: times(n, () => md('c')) }]],
  ['actions elements', 25, (n) => [actions(...times(n, (i) => button({ action_id: `a${i}` })))]],
  ['button text', 75, (n) => [actions(button({ text: plain(long(n)) }))]],
  ['button value', 2000, (n) => [actions(button({ value: long(n) }))]],
  ['action_id', 255, (n) => [actions(button({ action_id: long(n) }))]],
  ['block_id', 255, (n) => [section({ block_id: long(n) })]],
  ['confirmation text', 300, (n) => [actions(button({ confirm: { text: md(long(n)) } }))]],
  ['select options', 100, (n) => [actions(select({ options: options(n) }))]],
  ['option text', 75, (n) => [actions(select({ options: [{ text: plain(long(n)), value: 'v' }] }))]],
  ['option value', 150, (n) => [actions(select({ options: [{ text: plain('o'), value: long(n) }] }))]],
  ['placeholder', 150, (n) => [actions(select({ placeholder: plain(long(n)) }))]],
  ['overflow options', 5, (n) => [actions({ type: 'overflow', options: options(n) })]],
  ['checkboxes', 10, (n) => [actions({ type: 'checkboxes', options: options(n) })]],
  ['input label', 2000, (n) => [{ ...input(select()), label: plain(long(n)) }]],
  ['image alt text', 2000, (n) => [{ type: 'image', image_url: 'https://a.example/i.png', alt_text: long(n) }]],
  ['blocks of a message', 50, (n) => times(n, () => ({ type: 'divider' }))],
])('%s', (_, limit, make) => {
  test(`${limit} pass`, async () => {
    expect((await post(...make(limit))).ok).toBe(true)
  })
  test(`${limit + 1} do not`, async () => {
    const { error, messages } = await refusal(post(...make(limit + 1)))
    expect(error).toBe('invalid_blocks')
    expect(messages.join()).toMatch(new RegExp(`(less than ${limit + 1} characters|no more than ${limit} items)`))
    expect(messages.join()).toContain('[json-pointer:/blocks')
  })
})

test.each<[string, object, string]>([
  ['an empty text', section({ text: md('') }), 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
  ['an unknown block', { type: 'sectoin' }, 'unsupported type: sectoin'],
  ['an unknown field', section({ colour: 'red' }), 'invalid additional property: colour [json-pointer:/blocks/0]'],
  ['a button with formatted text', actions(button({ text: md('*Go*') })), 'unsupported type: mrkdwn'],
  ['a header with formatted text', { type: 'header', text: md('x') }, 'unsupported type: mrkdwn'],
  ['an option with formatted text', actions(select({ options: [{ text: md('x'), value: 'v' }] })), 'unsupported type: mrkdwn'],
  ['a section without text', { type: 'section' }, 'missing required field: text'],
  ['a select without options', actions({ type: 'static_select' }), 'missing required field: options'],
  ['a select with no options in it', actions(select({ options: [] })), 'no less than 1 items'],
  ['options and groups at once', actions(select({ option_groups: [{ label: plain('g'), options: options(1) }] })), 'only one of'],
  [
    'an initial option not offered',
    actions(select({ initial_option: { text: plain('o9'), value: 'v9' } })),
    'not one of the options',
  ],
  ['the same action_id twice', actions(button(), button()), 'action_id "go" already exists'],
  ['a text input among actions', actions({ type: 'plain_text_input' }), 'unsupported type: plain_text_input'],
  ['a button in an input', input(button()), 'unsupported type: button'],
  ['a style that does not exist', actions(button({ style: 'default' })), 'must be one of primary, danger'],
  ['a button to nowhere', actions(button({ url: 'not a url' })), 'must be a valid URL'],
  ['no elements', actions(), 'no less than 1 items'],
])('%s is refused', async (_, block, problem) => {
  const { error, messages } = await refusal(post(block))
  expect(error).toBe('invalid_blocks')
  expect(messages.join('\n')).toContain(problem)
})

test('the same block_id twice is refused', async () => {
  const { messages } = await refusal(post(section({ block_id: 'b' }), section({ block_id: 'b' })))
  expect(messages.join()).toContain('block_id "b" already exists')
})

test('all text of a message together is limited too', async () => {
  const fallback = 'fallback'.length
  const full = [section({ text: md(long(3000)) }), section({ text: md(long(3000)) }), section({ text: md(long(3000)) })]
  expect((await post(...full, section({ text: md(long(500 - fallback)) }))).ok).toBe(true)
  expect((await refusal(post(...full, section({ text: md(long(501 - fallback)) })))).error).toBe('msg_blocks_too_long')
})

test('ids that an app leaves out are given', async () => {
  const { message } = await post(actions({ type: 'button', text: plain('Go') }))
  expect(message?.blocks?.[0]).toMatchObject({ block_id: expect.any(String), elements: [{ action_id: expect.any(String) }] })
})

describe('a modal', () => {
  const modal = (extra: object = {}) => ({ type: 'modal' as const, title: plain('T'), blocks: [section()], ...extra })
  const open = (view: object) => at.client.apiCall('views.open', { trigger_id: 'x', view })
  /** A view that passes is refused for its trigger instead. */
  test.each<[string, number, (n: number) => object]>([
    ['title', 24, (n) => modal({ title: plain(long(n)) })],
    ['submit', 24, (n) => modal({ submit: plain(long(n)) })],
    ['close', 24, (n) => modal({ close: plain(long(n)) })],
    ['private_metadata', 3000, (n) => modal({ private_metadata: long(n) })],
    ['callback_id', 255, (n) => modal({ callback_id: long(n) })],
    ['blocks', 100, (n) => modal({ blocks: times(n, () => section()) })],
    [
      'initial value of a text input',
      3000,
      (n) => modal({ submit: plain('S'), blocks: [input({ type: 'plain_text_input', initial_value: long(n) })] }),
    ],
  ])('%s up to %i', async (_, limit, make) => {
    expect((await refusal(open(make(limit)))).error).toBe('invalid_trigger_id')
    const { error, messages } = await refusal(open(make(limit + 1)))
    expect(error).toBe('invalid_arguments')
    expect(messages.join()).toContain('[json-pointer:/view/')
  })
  test('with an input needs a submit button', async () => {
    const { messages } = await refusal(open(modal({ blocks: [input(select())] })))
    expect(messages.join()).toContain('missing required field: submit')
  })
  test('has a plain title', async () => {
    expect((await refusal(open(modal({ title: md('*T*') })))).error).toBe('invalid_arguments')
  })
})
