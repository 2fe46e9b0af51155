import { expect, test } from 'vitest'
import { planOf } from '../../../../bench/chaos/plan.ts'

const size = { requests: 1_000, networks: 50, seconds: 600 }

test('the same seed gives the same plan, and another one another', () => {
  const plan = planOf({ ...size, seed: 1 })
  expect(planOf({ ...size, seed: 1 })).toEqual(plan)
  const other = planOf({ ...size, seed: 2 })
  for (const part of ['asks', 'troubles', 'clocks'] as const) expect(other[part]).not.toEqual(plan[part])
})

test('a day has every kind of request, of end and of trouble', () => {
  const { asks, troubles, clocks } = planOf({ ...size, seed: 1 })
  expect(asks).toHaveLength(1_000)
  expect(new Set(asks.map(({ tag }) => tag)).size).toBe(1_000)
  expect(new Set(asks.map(({ network }) => network)).size).toBe(50)
  expect(new Set(asks.map(({ action }) => action))).toEqual(new Set(['setup', 'allow', 'revoke', 'teardown']))
  const fates = ['approve', 'approve-twice', 'reject', 'cancel', 'cancel-late', 'leave']
  expect(new Set(asks.map(({ fate }) => fate))).toEqual(new Set(fates))
  expect(new Set(troubles.map(({ kind }) => kind))).toEqual(
    new Set(['kill', 'lock', 'ailment', 'redis-restarts', 'redis-dies', 'redis-hands-over']),
  )
  expect(new Set(troubles.flatMap((each) => (each.kind === 'ailment' ? [each.ailment] : []))).size).toBe(10)
  const places = Map.groupBy(asks, ({ chat, place }) => `${chat} ${place}`)
  // Slack has room for 50 updates a minute, a conversation of Teams for 1,800 sends an hour.
  expect(asks.filter(({ chat }) => chat === 'slack').length).toBeLessThan(150)
  expect(Math.max(...[...places.values()].map(({ length }) => length))).toBeLessThan(170)
  const all = Object.values(clocks)
  expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(60_000)
})
