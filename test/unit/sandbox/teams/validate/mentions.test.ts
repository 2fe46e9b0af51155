import { expect, test } from 'vitest'
import { mentionProblems } from '../../../../../sandbox/teams/validate/mentions.ts'

const mention = (text: string, id = '29:1') => ({ type: 'mention', text, mentioned: { id, name: 'Bob' } })

function problems(texts: readonly string[], entities: readonly object[] = []): readonly string[] {
  return mentionProblems({
    type: 'AdaptiveCard',
    body: texts.map((text) => ({ type: 'TextBlock', text })),
    msteams: { entities },
  })
}

test('a text and an entity of the same text are a mention, however often the text stands', () => {
  expect(problems(['<at>Bob</at>, and <at>Bob</at> again', '<at>Bob</at>'], [mention('<at>Bob</at>')])).toEqual([])
})

test('a text without its entity is refused once', () => {
  expect(problems(['<at>Bob</at> <at>Bob</at>'])).toEqual(['<at>Bob</at> has no entity'])
})

test.each(['<at>bob</at>', '<at>Bob </at>', '<AT>Bob</AT>', 'Bob', '@Bob'])(
  'the entity must have the very same text, not %s',
  (text) => {
    expect(problems(['<at>Bob</at>'], [mention(text)])).toEqual([
      '<at>Bob</at> has no entity',
      `the entity ${text} is in no text`,
    ])
  },
)

test('an entity whose text stands nowhere is refused', () => {
  expect(problems(['nobody'], [mention('<at>Bob</at>')])).toEqual(['the entity <at>Bob</at> is in no text'])
})

test('two people need two texts', () => {
  const two = [mention('<at>Bob</at>', '29:1'), mention('<at>Bob</at>', '29:2')]
  expect(problems(['<at>Bob</at>'], two)).toEqual(['two entities have one text'])
})

test('an escaped text is no mention', () => {
  expect(problems(['\\<at>Bob</at>'])).toEqual([])
  expect(problems(['\\<at\\>Bob\\</at\\>'])).toEqual([])
  expect(problems(['\\<at>x <at>Bob</at>'], [mention('<at>Bob</at>')])).toEqual([])
})

test('an escaped backslash escapes nothing', () => {
  expect(problems(['\\\\<at>Bob</at>'])).toEqual(['<at>Bob</at> has no entity'])
  expect(problems(['\\\\\\<at>Bob</at>'])).toEqual([])
})

test('mentions stand in facts and in what lies inside other elements, and not in text runs', () => {
  const card = (body: object) => mentionProblems({ type: 'AdaptiveCard', body: [body] })
  const missing = ['<at>Bob</at> has no entity']
  expect(card({ type: 'FactSet', facts: [{ title: 'who', value: '<at>Bob</at>' }] })).toEqual(missing)
  expect(card({ type: 'Container', items: [{ type: 'TextBlock', text: '<at>Bob</at>' }] })).toEqual(missing)
  expect(card({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: '<at>Bob</at>' }] })).toEqual([])
})
