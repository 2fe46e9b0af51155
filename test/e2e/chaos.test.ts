import { expect, test } from 'vitest'
import { check } from '../../bench/chaos/check.ts'
import { runDay } from '../../bench/chaos/day.ts'
import { planOf } from '../../bench/chaos/plan.ts'

/** A short bad day, with clocks that are only seconds apart; `npm run bench -- chaos` for a long one. */

test('requests on a bad day end as their history allows, once, and are told when they have', { timeout: 240_000 }, async () => {
  const { observed, kills, fatalLines } = await runDay(planOf({ seed: 16, requests: 4, networks: 2, seconds: 10, offMs: 1_000 }))
  expect(check(observed)).toEqual({ lost: [], doubled: [], early: [], wrong: [] })
  expect(fatalLines).toEqual([])
  expect(kills).toBeGreaterThan(0)
  expect(observed.requests).toHaveLength(4)
})
