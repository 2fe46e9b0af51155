import { expect, test } from 'vitest'
import { lastParsed } from '../../../src/redis/last-parsed.ts'

test('a text is parsed again only where it differs from the last one', () => {
  const seen: string[] = []
  const parsed = lastParsed((text) => {
    seen.push(text)
    return JSON.parse(text)
  })
  const first = parsed('[1]')
  expect(parsed('[1]')).toBe(first)
  expect(parsed('[2]')).toEqual([2])
  expect(parsed('[1]')).toEqual([1])
  expect(seen).toEqual(['[1]', '[2]', '[1]'])
})
