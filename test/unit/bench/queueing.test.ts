import { expect, test } from 'vitest'
import { arrivals, bindsAt, waitOf, waits } from '../../../bench/queueing.ts'

test('a burst goes through at once, what comes after it at the rate', () => {
  const limit = { kind: 'rate', units: 2, burst: 4, every: 1 } as const
  expect(waits([0, 0, 0, 0], limit)).toEqual([0, 0, 2, 4])
  // What has drained meanwhile is there again.
  expect(waits([0, 0, 100, 100, 100], limit)).toEqual([0, 0, 0, 0, 2])
})

test('servers take one after the other each', () => {
  expect(waits([0, 0, 0, 10], { kind: 'servers', servers: 2, holds: 5 })).toEqual([0, 0, 5, 0])
  expect(waits([0, 1, 2], { kind: 'servers', servers: 1, holds: 10 })).toEqual([0, 9, 18])
})

test('the same seed gives the same day; as many arrive as are meant, a tenth in each working hour', () => {
  expect(arrivals(500, 7)).toEqual(arrivals(500, 7))
  expect(arrivals(500, 8)).not.toEqual(arrivals(500, 7))
  const day = arrivals(20_000, 1)
  expect(day.length / 20_000).toBeCloseTo(1, 1)
  expect(day.filter((at) => at >= 10 * 3_600 && at < 11 * 3_600).length / 20_000).toBeCloseTo(0.1, 1)
  expect(day).toEqual(day.toSorted((a, b) => a - b))
})

test('a single server without variation waits as theory says (M/D/1)', () => {
  // 0.1 × 2400 requests in a working hour of 3600 s, 10 s each: a load of two thirds, so a mean wait of 10 s in those hours.
  const limit = { kind: 'servers', servers: 1, holds: 10 } as const
  const days = Array.from({ length: 20 }, (_, seed) => {
    const moments = arrivals(2_400, seed)
    return waits(moments, limit).filter((_wait, index) => {
      const at = moments[index] ?? 0
      return at >= 10 * 3_600 && at < 17 * 3_600
    })
  }).flat()
  const mean = days.reduce((sum, each) => sum + each, 0) / days.length
  expect(mean).toBeGreaterThan(8.5)
  expect(mean).toBeLessThan(11.5)
})

test('a limit binds before its capacity is used up, and twice the limit at about twice as many requests', () => {
  const one = { kind: 'rate', units: 7, burst: 8, every: 10.25 / 8 } as const
  const at = bindsAt(one)
  const capacityOfHour = 3_600 / (one.units * one.every)
  expect(at * 0.1).toBeLessThan(capacityOfHour)
  expect(at * 0.1).toBeGreaterThan(capacityOfHour / 2)
  expect(waitOf(0.95, at, one, 5)).toBeLessThanOrEqual(60)
  expect(bindsAt({ ...one, every: one.every / 2 }) / at).toBeGreaterThan(1.8)
})
