import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inTurn, type Turns } from '../../../../src/bot/chat/in-turn.ts'

/** The rate of a chat in which another message takes each turn that was waited for. */
const takenByOthers = (waitMs: number): Turns & { asked: number } => ({
  asked: 0,
  async take() {
    this.asked++
    // Whoever waits without an end gets a turn in the end, so that a failure is a failure and no hang.
    return this.asked > 10 ? 0 : waitMs
  },
  async pause() {},
})

test('a message whose turns others take goes back to its queue after two seconds', async () => {
  const turns = takenByOthers(900)
  await expect(inTurn(turns, 'C1', async () => 'sent')).rejects.toMatchObject({ code: 'paced', retryAfterMs: 900 })
  expect(turns.asked).toBeLessThanOrEqual(3)
})

test('a message waits for a turn that comes soon', async () => {
  let waits = 2
  const turns: Turns = { take: async () => (waits-- > 0 ? 20 : 0), pause: async () => {} }
  expect(await inTurn(turns, 'C1', async () => sleep(1, 'sent'))).toBe('sent')
})
