import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startCatchUp } from '../../../../src/bot/outbox/catch-up.ts'
import { samples } from '../../../sample-requests.ts'

/** After a failover the ledger may say something older than chat shows. */

let server: string | undefined = 'a'
const shown: string[] = []
const open = [samples['awaiting-approval'], samples.applying]

beforeEach(() => {
  vi.useFakeTimers()
  shown.length = 0
  server = 'a'
})
afterEach(() => {
  vi.useRealTimers()
})

test('once another server answers, every open request is shown anew, once', async () => {
  const catchUp = startCatchUp({
    ledger: { unshown: async () => ({}), open: async () => open },
    producer: { show: async ({ id }) => void shown.push(id) },
    log: pino({ level: 'silent' }),
    serverId: async () => server,
  })
  await vi.advanceTimersByTimeAsync(11_000)
  expect(shown).toEqual([])
  server = undefined
  await vi.advanceTimersByTimeAsync(11_000)
  server = 'b'
  await vi.advanceTimersByTimeAsync(11_000)
  expect(shown).toEqual(open.map(({ id }) => id))
  catchUp.close()
})
