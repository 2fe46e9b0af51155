import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startCatchUp } from '../../../../src/bot/outbox/catch-up.ts'
import { samples } from '../../../sample-requests.ts'

/** After a failover the ledger may say something older than chat shows. */

let server: string | undefined = 'a'
let kept: string | undefined
const shown: string[] = []
const lastServer = {
  current: async () => server,
  last: async () => kept,
  keep: async (id: string) => {
    kept = id
  },
}
const open = [samples['awaiting-approval'], samples.applying]
const parts = {
  ledger: { unshown: async () => ({}), open: async () => open, get: async () => undefined },
  producer: { show: async ({ id }: { id: string }) => void shown.push(id) },
  log: pino({ level: 'silent' }),
  server: lastServer,
  posts: { restore: async () => ['PL-7'] },
}

beforeEach(() => {
  vi.useFakeTimers()
  shown.length = 0
  server = 'a'
  kept = undefined
})
afterEach(() => {
  vi.useRealTimers()
})

test('once another server answers, every open request is shown anew, once', async () => {
  const catchUp = startCatchUp({
    ...parts,
  })
  await vi.advanceTimersByTimeAsync(11_000)
  expect(shown).toEqual([])
  server = undefined
  await vi.advanceTimersByTimeAsync(11_000)
  server = 'b'
  await vi.advanceTimersByTimeAsync(11_000)
  expect(shown).toEqual(['PL-42', 'PL-7'])
  catchUp.close()
})

test('a bot that starts after the failover shows them anew as well', async () => {
  kept = 'a'
  server = 'b'
  const catchUp = startCatchUp({
    ...parts,
  })
  await vi.advanceTimersByTimeAsync(11_000)
  expect(shown).toEqual(['PL-42', 'PL-7'])
  expect(kept).toBe('b')
  catchUp.close()
})

test('each of several bots notices it, whoever of them is the first', async () => {
  const catchUp = startCatchUp(parts)
  await vi.advanceTimersByTimeAsync(6_000)
  server = 'b'
  kept = 'b'
  await vi.advanceTimersByTimeAsync(6_000)
  expect(shown).toContain('PL-7')
  catchUp.close()
})
