import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startCatchUp } from '../../../../src/bot/outbox/catch-up.ts'
import type { OutboxItem } from '../../../../src/redis/queues.ts'
import { samples } from '../../../sample-requests.ts'

/** After a failover the ledger may say something older than chat shows. */

let server: string | undefined = 'a'
let kept: string | undefined
const shown: OutboxItem[] = []
const lastServer = {
  current: async () => server,
  last: async () => kept,
  keep: async (id: string) => {
    kept = id
  },
}
const { by, place } = samples.planning.asked
const lost = { kind: 'lost', id: 'PL-7', by, place } as const
const open = [samples['awaiting-approval'], samples.applying]
const parts = {
  replication: { look: async () => undefined },
  ledger: { unshown: async () => ({}), open: async () => open, get: async () => undefined },
  producer: { show: async (item: OutboxItem) => void shown.push(item) },
  log: pino({ level: 'silent' }),
  server: lastServer,
  posts: { restore: async () => [lost] },
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
  const catchUp = startCatchUp(parts)
  await vi.advanceTimersByTimeAsync(11_000)
  expect(shown).toEqual([])
  server = undefined
  await vi.advanceTimersByTimeAsync(11_000)
  server = 'b'
  await vi.advanceTimersByTimeAsync(11_000)
  expect(shown).toEqual([...open.map(({ id }) => ({ kind: 'request', id })), lost])
  catchUp.close()
})

test('each turn notes the replicas, so that one that leaves is missed', async () => {
  let looks = 0
  const catchUp = startCatchUp({ ...parts, replication: { look: async () => void looks++ } })
  await vi.advanceTimersByTimeAsync(11_000)
  expect(looks).toBe(3)
  catchUp.close()
})

test('it is noticed at once when the connection is back', async () => {
  const catchUp = startCatchUp(parts)
  await vi.advanceTimersByTimeAsync(100)
  server = 'b'
  await catchUp.turn()
  expect(shown).toContain(lost)
  catchUp.close()
})

test('a bot that starts after the failover shows them anew as well', async () => {
  kept = 'a'
  server = 'b'
  const catchUp = startCatchUp(parts)
  await vi.advanceTimersByTimeAsync(11_000)
  expect(shown).toEqual([...open.map(({ id }) => ({ kind: 'request', id })), lost])
  expect(kept).toBe('b')
  catchUp.close()
})

test('each of several bots notices it, whoever of them is the first', async () => {
  const catchUp = startCatchUp(parts)
  await vi.advanceTimersByTimeAsync(6_000)
  server = 'b'
  kept = 'b'
  await vi.advanceTimersByTimeAsync(6_000)
  expect(shown).toContain(lost)
  catchUp.close()
})
