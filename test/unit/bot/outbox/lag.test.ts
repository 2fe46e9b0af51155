import { expect, test } from 'vitest'
import { trackLag } from '../../../../src/bot/outbox/lag.ts'

test('the lag is that of the request that chat has shown in an older version for the longest time', () => {
  let now = 0
  const lag = trackLag(() => now)
  expect(lag.seconds()).toBe(0)
  lag.note({ 'PL-1': 'a' })
  now = 5_000
  // A newer version that is not shown either does not begin anew.
  lag.note({ 'PL-1': 'b', 'PL-2': 'c' })
  now = 9_000
  expect(lag.seconds()).toBe(9)
  lag.note({ 'PL-2': 'c' })
  expect(lag.seconds()).toBe(4)
  lag.note({})
  expect(lag.seconds()).toBe(0)
})
