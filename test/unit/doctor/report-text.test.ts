import { expect, test } from 'vitest'
import { reportText } from '../../../src/doctor/report-text.ts'
import { fail, ok, skipped, warn } from '../../../src/domain/checkup.ts'

const groups = [
  { group: 'Redis', results: [ok('a', 'answers'), warn('b', 'keeps nothing', 'Turn it on.')] },
  { group: 'Slack', results: [fail('c', 'bad\u001b[2K\u202e name\nnext', 'Do\tthis.'), skipped('d', 'not asked')] },
] as const

test('signs, remedies and a count, each finding in lines of its own, without what could move a cursor', () => {
  expect(reportText(groups, { colour: false })).toBe(`Redis
  ✓ answers
  ! keeps nothing
    → Turn it on.
Slack
  ✗ bad[2K name next
    → Do this.
  – not asked

1 fault, 1 warning, 1 not checked, 1 in order
`)
})

test('colours are on the signs alone', () => {
  const coloured = reportText(groups, { colour: true })
  expect(coloured).toContain('\u001b[31m✗\u001b[39m bad')
  expect(coloured.split('\u001b[').length - 1).toBe(8)
})
