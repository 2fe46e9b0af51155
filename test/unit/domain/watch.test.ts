import { describe, expect, test } from 'vitest'
import { watchPicture } from '../../../src/bot/cards/watch-picture.ts'
import { noWatchState, observe, type Sample, sameWatch, type WatchEvent, type WatchState } from '../../../src/domain/watch.ts'
import { alice, data } from '../../sample-requests.ts'

const from = Date.parse('2026-03-01T00:00:00.000Z')
const at = (minutes: number) => new Date(from + minutes * 60_000).toISOString()
const healthy = (minutes: number): Sample => ({ at: at(minutes), code: 'healthy', severity: 'ok' })
const fault = (minutes: number): Sample => ({ at: at(minutes), code: 'allow-list-missing', severity: 'fail' })

function told(samples: readonly Sample[]): readonly (WatchEvent | undefined)[] {
  let state: WatchState = noWatchState
  return samples.map((sample) => {
    const seen = observe(state, sample)
    state = seen.state
    return seen.event
  })
}

describe('what is worth a message', () => {
  test('nothing while all is well, a change once, the way back too', () => {
    expect(told([healthy(0), healthy(5), fault(10), fault(15), healthy(20)])).toEqual([
      undefined,
      undefined,
      'changed',
      undefined,
      'changed',
    ])
  })

  test('a fault at the very beginning', () => {
    expect(told([fault(0), fault(5)])).toEqual(['first', undefined])
  })

  test('flapping is told once, and that it has settled', () => {
    const flaps = [
      healthy(0),
      fault(1),
      healthy(2),
      fault(3),
      healthy(4),
      fault(5),
      healthy(6),
      healthy(20),
      healthy(36),
      healthy(41),
    ]
    expect(told(flaps)).toEqual([
      undefined,
      'changed',
      'changed',
      'changed',
      'flapping',
      undefined,
      undefined,
      undefined,
      'settled',
      undefined,
    ])
  })

  test('what moves while it works is told, damped like any change, and only against what this watch has seen', () => {
    let state: WatchState = noWatchState
    const see = (minutes: number, record: string) => {
      const seen = observe(state, healthy(minutes), { record: [record] })
      state = seen.state
      return [seen.event, seen.drift?.lastHealthyAt]
    }
    expect([see(0, 'a'), see(5, 'a')]).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
    expect(see(10, 'b')).toEqual(['drift', at(5)])
    expect([see(15, 'a'), see(20, 'b'), see(25, 'a'), see(30, 'b')].map(([event]) => event)).toEqual([
      'drift',
      'drift',
      'flapping',
      undefined,
    ])
    expect(see(61, 'b')).toEqual(['settled', undefined])
    state = observe(state, healthy(62), {}).state
    expect(observe(state, healthy(63), { record: ['c'] }).event).toBe('drift')
    expect(observe(state, fault(70), { record: ['c'] }).event).toBe('changed')
  })

  test('changes that are hours apart are no flapping', () => {
    const slow = [healthy(0), fault(60), healthy(125), fault(190), healthy(255), fault(320)]
    expect(told(slow).slice(1)).toEqual(slow.slice(1).map(() => 'changed'))
  })
})

test('two watches of the same thing are one', () => {
  expect(sameWatch({ service: 'A', network: 'n' }, { service: 'a', network: 'N' })).toBe(true)
  expect(sameWatch({ service: 'a', organization: 'acme', network: 'n' }, { service: 'a', network: 'n' })).toBe(false)
})

test('the picture is a PNG, and says the same in words', async () => {
  const watch = { id: 'WT-1', service: 'a<b>&"c\u202e', network: 'n', everyMs: 300_000, by: alice, place: data, since: at(0) }
  const samples = [healthy(0), fault(5), fault(10), healthy(15)]
  const { png, alt } = await watchPicture(watch, samples, from + 20 * 60_000)
  expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
  expect(alt).toBe('a<b>&"c from n, last 24 hours: 4 looks, 50 % healthy; allow-list-missing 2 times, last at 00:10 UTC')
  const blind: Sample = { at: at(20), code: 'not-looked-at', severity: 'warn' }
  expect((await watchPicture(watch, [healthy(0), blind], from)).alt).toContain('1 look, 100 % healthy; not-looked-at once')
  expect((await watchPicture(watch, [blind], from)).alt).toContain(': 0 looks; not-looked-at once')
  expect((await watchPicture(watch, [], from)).alt).toContain('not looked at yet (every 5 min)')
})
