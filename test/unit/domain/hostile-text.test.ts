import { expect, test } from 'vitest'
import { cleanName, cleanText } from '../../../src/domain/hostile-text.ts'

test.each([
  ['plain text', 'plain text'],
  ['Ok.\n', 'Ok.'],
  ['two\r\nlines\u2028and\tmore', 'two lines and more'],
  ['\u001b[31mred\u0000', '[31mred'],
  ['safe\u202egpj.exe\u2066', 'safegpj.exe'],
  ['zero\u200bwidth\ufeff \u{e0041}tag', 'zerowidth tag'],
  ['half \ud800 a pair', 'half  a pair'],
  ['naïve 漢字 😀', 'naïve 漢字 😀'],
])('%j', (dirty, clean) => {
  expect(cleanText(dirty, 100)).toBe(clean)
})

test('truncates by code points', () => {
  expect(cleanText('abcdef', 6)).toBe('abcdef')
  expect(cleanText('abcdefg', 6)).toBe('abcde…')
  expect(cleanText('😀😀😀', 2)).toBe('😀…')
  expect(cleanText('\u200b'.repeat(1_000), 2)).toBe('')
})

test('a name is cut in its middle, so that names which differ at the end stay apart', () => {
  expect(cleanName('analytics-of-the-north-1', 11)).toBe('analy…rth-1')
  expect(cleanName('short', 5)).toBe('short')
  expect(cleanName('abc\u202e', 3)).toBe('abc')
  expect(cleanName('😀😁😂', 2)).toBe('…😂')
  expect(cleanName('abc', 1)).toBe('…')
})
