import { expect, test } from 'vitest'
import { historyLines } from '../../../../../src/bot/cards/request/history-lines.ts'
import { plain } from '../../../../../src/bot/chat/card.ts'
import type { AuditEntry } from '../../../../../src/domain/audit.ts'

const at = '2026-03-01T14:05:00.000Z'
const entry = (changes: Partial<AuditEntry>): AuditEntry => ({
  at,
  request: 'PL-42',
  event: 'step',
  state: 'applying',
  ...changes,
})
const text = (entries: readonly AuditEntry[]) => historyLines(entries).map(plain)

test('who did what, from where, and the vendors’ ids of it', () => {
  const by = { key: 'k', name: 'Bob\u202e' }
  expect(
    text([
      entry({ event: 'approve', by, surface: 'slack' }),
      entry({ event: 'claim' }),
      entry({ what: 'dns-zone running changed', stepState: 'running' }),
      entry({ what: 'dns-zone done changed', stepState: 'done', vendorRequestIds: ['a'] }),
      entry({ what: 'allow-list done changed', vendorRequestIds: ['a', 'b\u202e', 'c', 'd'] }),
    ]),
  ).toEqual([
    '2026-03-01 14:05 UTC  approve by Bob from slack · applying',
    '2026-03-01 14:05 UTC  step: dns-zone done changed (call a) · applying',
    '2026-03-01 14:05 UTC  step: allow-list done changed (calls a, b and 2 more) · applying',
  ])
})

test('of a long one the newest, and how much there is besides', () => {
  const entries = Array.from({ length: 25 }, (_, index) => entry({ event: 'approve', what: `number ${index}` }))
  const [first, ...lines] = text(entries)
  expect(first).toBe('5 earlier ones: in the audit’s export.')
  expect(lines).toHaveLength(20)
  expect(lines.at(-1)).toContain('number 24')
})
