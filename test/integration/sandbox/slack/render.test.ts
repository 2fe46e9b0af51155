import { expect, test } from 'vitest'
import { renderText } from '../../../../sandbox/slack/render.ts'

const md = (text: string) => ({ type: 'mrkdwn', text })
const plain = (text: string) => ({ type: 'plain_text', text })
const options = { nameOf: (id: string) => ({ U02BOB: 'bob', C012ABC: 'approvals' })[id] ?? id, now: Date.UTC(2026, 0, 5, 12) }
const tomorrow = Date.UTC(2026, 0, 6, 14, 5) / 1000
const read = (text: string, width = 110) => renderText([{ type: 'section', text: md(text) }], { ...options, width })

test('formatted text reads as a person sees it', () => {
  expect(read('*Needs* one of <@U02BOB> in <#C012ABC>, `a*b*` and _soon_')).toBe('Needs one of @bob in #approvals, a*b* and soon')
  expect(read('<https://a.example/x_y|the _portal_> &lt;!channel&gt; &amp;lt;')).toBe('the _portal_ <!channel> &lt;')
  expect(read(`before <!date^${tomorrow}^{date_pretty} {time}|6 Jan>`)).toBe('before tomorrow 14:05')
  expect(read(`<!date^${tomorrow}^{nonsense}|6 Jan>`)).toBe('6 Jan')
  expect(read('A record *  ->  10.0.0.4, 2 * 3 * 4, snake_case_name')).toBe(
    'A record *  ->  10.0.0.4, 2 * 3 * 4, snake_case_name',
  )
  expect(read('```\n+ *not bold*\n```')).toBe('+ *not bold*')
})

test('a card is laid out in lines', () => {
  const card = [
    { type: 'header', text: plain('Set up') },
    { type: 'section', text: md('*Plan*'), accessory: { type: 'button', text: plain('Details') } },
    { type: 'section', fields: [md('left'), md('right'), md('third')] },
    { type: 'divider' },
    { type: 'context', elements: [plain('<b>'), md('by <@U02BOB>')] },
    {
      type: 'actions',
      elements: [
        { type: 'button', text: plain('Approve') },
        { type: 'button', text: plain('Reject') },
      ],
    },
    { type: 'input', label: plain('Why'), optional: true, element: { type: 'plain_text_input', placeholder: plain('a reason') } },
  ]
  expect(renderText(card, { ...options, width: 30 })).toBe(
    [
      'Set up',
      '======',
      `Plan${' '.repeat(17)}[Details]`,
      `left${' '.repeat(11)}right`,
      'third',
      '─'.repeat(30),
      '<b>  by @bob',
      '[Approve] [Reject]',
      'Why (optional): [a reason]',
    ].join('\n'),
  )
})

test('long lines wrap at spaces, and names stay whole', () => {
  const text = read(`${'word '.repeat(10)}${'n'.repeat(40)}`, 20)
  expect(text.split('\n')).toEqual(['word word word word', 'word word word word', 'word word', 'n'.repeat(40)])
})
