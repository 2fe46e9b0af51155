import { describe, expect, test } from 'vitest'
import { cardProblems } from '../../../../../sandbox/teams/validate/card.ts'

const text = { type: 'TextBlock', text: 'Setup of analytics-prod' }
const card = (fields: object) => ({ type: 'AdaptiveCard', version: '1.5', body: [text], ...fields })
const withElement = (element: object) => card({ body: [element] })
const withAction = (action: object) => card({ body: [text, { type: 'ActionSet', actions: [action] }] })
const buttons = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ type: 'Action.Submit', title: `button ${index}` }))

/** Every kind of element and action, as the documentation shows them. */
const everything = card({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  lang: 'en',
  fallbackText: 'a setup',
  minHeight: '50px',
  msteams: { width: 'Full', entities: [{ type: 'mention', text: '<at>Bob</at>', mentioned: { id: '29:1bob', name: 'Bob' } }] },
  refresh: { action: { type: 'Action.Execute', verb: 'view', data: { id: 1 } }, userIds: ['29:1bob'] },
  body: [
    {
      type: 'TextBlock',
      text: 'for <at>Bob</at>',
      size: 'Medium',
      weight: 'bolder',
      wrap: true,
      style: 'heading',
      spacing: 'None',
    },
    { type: 'RichTextBlock', inlines: ['plain ', { type: 'TextRun', text: 'bold', weight: 'Bolder' }] },
    { type: 'FactSet', facts: [{ title: 'network', value: 'prod-westus3' }] },
    { type: 'Image', url: 'data:image/png;base64,iVBORw0KGgo=', altText: 'a watch', width: '50px', height: 'auto' },
    { type: 'ImageSet', images: [{ type: 'Image', url: 'https://acme.example/a.png' }] },
    { type: 'Media', sources: [{ mimeType: 'video/mp4', url: 'https://acme.example/a.mp4' }] },
    { type: 'Container', style: 'emphasis', items: [text] },
    { type: 'ColumnSet', columns: [{ type: 'Column', width: 'auto', items: [text] }, { width: '50px' }, { width: 2 }] },
    {
      type: 'Table',
      columns: [{ width: 1 }],
      rows: [{ type: 'TableRow', cells: [{ type: 'TableCell', items: [text] }] }],
    },
    { type: 'Input.Text', id: 'reason', label: 'Reason', isRequired: true, errorMessage: 'Say why.', maxLength: 300 },
    { type: 'Input.ChoiceSet', id: 'service', style: 'filtered', choices: [{ title: 'billing-prod', value: 'b' }] },
    { type: 'Input.Toggle', id: 'sure', title: 'Sure' },
    { type: 'Input.Date', id: 'day', value: '2026-01-31' },
    { type: 'Input.Time', id: 'hour', value: '23:59' },
    { type: 'Input.Number', id: 'count', min: 1, value: 2 },
    {
      type: 'ActionSet',
      actions: [
        {
          type: 'Action.Execute',
          id: 'approve',
          title: 'Approve',
          verb: 'approve',
          data: { id: 1 },
          fallback: { type: 'Action.Submit', id: 'approve', title: 'Approve', data: { id: 1 } },
        },
        { type: 'Action.Submit', title: 'Details', data: { id: 1, msteams: { type: 'task/fetch' } } },
        { type: 'Action.OpenUrl', title: 'Open', url: 'https://acme.example/' },
        { type: 'Action.ToggleVisibility', title: 'More', targetElements: ['day', { elementId: 'hour', isVisible: false }] },
      ],
    },
  ],
  actions: [{ type: 'Action.ShowCard', title: 'Comment', card: { type: 'AdaptiveCard', body: [text] } }],
})

test('a card with everything that version 1.5 has is taken', () => {
  expect(cardProblems(everything)).toEqual([])
})

test('the same card is taken each time, whatever the parser remembers of the one before', () => {
  expect([1, 2, 3].map(() => cardProblems(card({ lang: 'en' })))).toEqual([[], [], []])
})

test.each([undefined, null, 'a card', [], 7])('%j is no card', (value) => {
  expect(cardProblems(value)).toEqual(['a card must be an object'])
})

describe('types', () => {
  test.each([
    ['an unknown element', withElement({ type: 'TextBlok', text: 'x' }), 'card.body[0]: type "TextBlok" is not allowed here'],
    ['no type', withElement({ text: 'x' }), 'card.body[0]: type undefined is not allowed here'],
    [
      'the name of a built-in property',
      withElement({ type: 'constructor' }),
      'card.body[0]: type "constructor" is not allowed here',
    ],
    [
      'an action among the elements',
      withElement({ type: 'Action.Submit' }),
      'card.body[0]: type "Action.Submit" is not allowed here',
    ],
    ['an element among the actions', withAction(text), 'card.body[1].actions[0]: type "TextBlock" is not allowed here'],
    [
      'Action.Http of Outlook',
      withAction({ type: 'Action.Http' }),
      'card.body[1].actions[0]: type "Action.Http" is not allowed here',
    ],
    [
      'a card behind a tap',
      card({ selectAction: { type: 'Action.ShowCard', card: { type: 'AdaptiveCard' } } }),
      'card.selectAction: type "Action.ShowCard" is not allowed here',
    ],
    ['a card of another kind', { type: 'HeroCard', version: '1.5' }, 'card: type "HeroCard" is not allowed here'],
  ])('%s is refused', (_what, value, problem) => {
    expect(cardProblems(value)).toContain(problem)
  })
})

describe('properties', () => {
  test.each([
    ['an unknown one', withElement({ ...text, colour: 'Good' }), 'card.body[0] has no property colour'],
    ['an unknown one of the card', card({ title: 'x' }), 'card has no property title'],
    ['a later one, of version 1.6', card({ metadata: { webUrl: 'https://acme.example' } }), 'card has no property metadata'],
    ['no text', withElement({ type: 'TextBlock' }), 'card.body[0].text is missing'],
    ['an input without an id', withElement({ type: 'Input.Text' }), 'card.body[0].id is missing'],
    ['no choices', withElement({ type: 'Input.ChoiceSet', id: 'a' }), 'card.body[0].choices is missing'],
    [
      'a fact without a value',
      withElement({ type: 'FactSet', facts: [{ title: 'a' }] }),
      'card.body[0].facts[0].value is missing',
    ],
    ['a number for a text', withElement({ type: 'TextBlock', text: 7 }), 'card.body[0].text must be a string'],
    ['a text for a number', withElement({ ...text, maxLines: '2' }), 'card.body[0].maxLines must be a number'],
    ['one element for a list', card({ body: text }), 'card.body must be a list'],
    [
      'a word of another element',
      withElement({ ...text, size: 'Stretch' }),
      'card.body[0].size must be one of default, small, medium, large, extraLarge, not "Stretch"',
    ],
    [
      'a day that is none',
      withElement({ type: 'Input.Date', id: 'a', value: '31.01.2026' }),
      'card.body[0].value must be a date such as 2026-01-31, not "31.01.2026"',
    ],
    [
      'an expression that is none',
      withElement({ type: 'Input.Text', id: 'a', regex: '(' }),
      'card.body[0].regex is no regular expression',
    ],
    [
      'a width without its unit',
      withElement({ type: 'Image', url: 'https://acme.example/a.png', width: '50' }),
      'card.body[0].width must be a number of pixels such as 50px, not "50"',
    ],
    ['an unknown fallback', withElement({ ...text, fallback: 'hide' }), 'card.body[0].fallback must be one of drop, not "hide"'],
    [
      'an unknown property deep inside',
      withElement({
        type: 'Container',
        items: [{ type: 'ColumnSet', columns: [{ type: 'Column', items: [{ ...text, x: 1 }] }] }],
      }),
      'card.body[0].items[0].columns[0].items[0] has no property x',
    ],
  ])('%s is refused', (_what, value, problem) => {
    expect(cardProblems(value)).toContain(problem)
  })

  test('two inputs of one id are refused', () => {
    const input = { type: 'Input.Text', id: 'reason' }
    expect(cardProblems(card({ body: [input, input] }))).toEqual(['Duplicate Id "reason".'])
  })

  test('a required input needs a label and an error message', () => {
    expect(cardProblems(withElement({ type: 'Input.Text', id: 'reason', isRequired: true }))).toHaveLength(2)
  })
})

describe('actions', () => {
  test.each([0, 1, 6])('%i in a set are taken', (count) => {
    expect(cardProblems(withElement({ type: 'ActionSet', actions: buttons(count) }))).toEqual([])
  })

  test('a seventh in a set is refused, and at the foot of the card too', () => {
    expect(cardProblems(withElement({ type: 'ActionSet', actions: buttons(7) }))).toEqual([
      'card.body[0].actions has over 6 entries',
    ])
    expect(cardProblems(card({ actions: buttons(7) }))).toEqual(['card.actions has over 6 entries'])
  })

  test.each([
    ['data that is a list', { type: 'Action.Execute', verb: 'a', data: [1] }, 'data must be an object'],
    ['data that is a number', { type: 'Action.Submit', data: 7 }, 'data must be an object'],
    ['a verb that is no text', { type: 'Action.Execute', verb: 7 }, 'verb must be a string'],
    [
      'an unknown style',
      { type: 'Action.Submit', style: 'danger' },
      'style must be one of default, positive, destructive, not "danger"',
    ],
    [
      'an unknown way back to Teams',
      { type: 'Action.Submit', data: { msteams: { type: 'task/open' } } },
      'data.msteams: type "task/open" is not allowed here',
    ],
    [
      'a message back without words',
      { type: 'Action.Submit', data: { msteams: { type: 'imBack' } } },
      'data.msteams.value is missing',
    ],
    ['a verb on Action.Submit', { type: 'Action.Submit', verb: 'a' }, 'has no property verb'],
    [
      'a fallback with a mistake',
      { type: 'Action.Execute', fallback: { type: 'Action.Submit', verb: 'a' } },
      'fallback has no property verb',
    ],
    [
      'a fallback that is an element',
      { type: 'Action.Execute', fallback: text },
      'fallback: type "TextBlock" is not allowed here',
    ],
    ['a link without an address', { type: 'Action.OpenUrl' }, 'url is missing'],
  ])('%s is refused', (_what, action, problem) => {
    const at = problem.startsWith('has') ? 'card.body[1].actions[0] ' : 'card.body[1].actions[0].'
    expect(cardProblems(withAction(action))).toEqual([`${at}${problem}`])
  })

  test('data of one’s own may hold anything', () => {
    const data = { type: 'TextBlock', text: '<at>Bob</at>', list: [null, { deep: true }] }
    expect(cardProblems(withAction({ type: 'Action.Execute', verb: 'a', data }))).toEqual([])
  })
})

describe('refresh', () => {
  const refresh = (fields: object) => card({ refresh: { action: { type: 'Action.Execute', verb: 'view' }, ...fields } })
  const people = (count: number) => Array.from({ length: count }, (_, index) => `29:${index}`)

  test('60 people may have views of their own, or everybody', () => {
    expect(cardProblems(refresh({ userIds: people(60) }))).toEqual([])
    expect(cardProblems(refresh({}))).toEqual([])
  })

  test.each([
    ['61 people', refresh({ userIds: people(61) }), 'card.refresh.userIds has over 60 entries'],
    ['somebody without an id', refresh({ userIds: [''] }), 'card.refresh.userIds[0] must be a string that is not empty'],
    ['no action', card({ refresh: { userIds: ['29:1'] } }), 'card.refresh.action is missing'],
    [
      'Action.Submit',
      card({ refresh: { action: { type: 'Action.Submit' } } }),
      'card.refresh.action: type "Action.Submit" is not allowed here',
    ],
    ['an unknown property', refresh({ users: [] }), 'card.refresh has no property users'],
  ])('%s is refused', (_what, value, problem) => {
    expect(cardProblems(value)).toEqual([problem])
  })
})

test.each([
  ['a width that Teams does not know', { width: 'wide' }, 'card.msteams.width must be one of full, not "wide"'],
  ['an unknown property', { style: 'x' }, 'card.msteams has no property style'],
  [
    'an entity of another kind',
    { entities: [{ type: 'clientInfo' }] },
    'card.msteams.entities[0]: type "clientInfo" is not allowed here',
  ],
  [
    'a mention of nobody',
    { entities: [{ type: 'mention', text: '<at>Bob</at>', mentioned: { name: 'Bob' } }] },
    'card.msteams.entities[0].mentioned.id is missing',
  ],
])('of Teams’ own properties, %s is refused', (_what, msteams, problem) => {
  expect(cardProblems(card({ msteams }))).toContain(problem)
})
