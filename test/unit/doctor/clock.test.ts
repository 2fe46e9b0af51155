import { expect, test } from 'vitest'
import { ofDifferences } from '../../../src/doctor/clock.ts'

const at = (source: string, seconds: number) => ({ source, aheadMs: seconds * 1_000 })

test.each([
  ['nobody answered', [], 'skipped', /nobody said/],
  ['all agree', [at('Redis', 1), at('Slack', -2)], 'ok', /agrees with Redis, Slack/],
  ['ours is ahead', [at('Redis', 120), at('Slack', 121)], 'fail', /120 s ahead of Redis’s, 121 s ahead of Slack’s/],
  ['ours is behind the only one that answered', [at('Slack', -90)], 'fail', /90 s behind Slack’s/],
] as const)('%s', (_what, differences, level, text) => {
  const result = ofDifferences(differences)
  expect([result.level, result.text]).toEqual([level, expect.stringMatching(text)])
})

test('where only Redis differs, the clock of Redis is wrong', () => {
  expect(ofDifferences([at('Redis', 120), at('Slack', 0)]).remedy).toContain('Whoever runs Redis')
  expect(ofDifferences([at('Redis', 120), at('Slack', 120)]).remedy).toContain('Whoever runs this machine')
})
