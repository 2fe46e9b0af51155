import ms from 'ms'
import { durationText } from '../cards/duration.ts'
import type { Choice } from '../chat/form.ts'

/** The intervals that a form offers, as a person types them. */
const offered = ['1m', '5m', '15m', '1h', '6h', '24h'] as const

/** An interval as a person types it; five minutes where none is given. */
export function intervalText(everyMs: number = ms('5m')): string {
  return offered.find((every) => ms(every) === everyMs) ?? `${everyMs / 1_000}s`
}

/** In milliseconds; undefined for a text that is not an interval. */
export function intervalMs(every: string | undefined): number | undefined {
  const known = offered.find((each) => each === every)
  if (known !== undefined) return ms(known)
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(every ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}

/** The intervals that a form offers, and the one that the command named. */
export function intervalChoices(said: string): readonly Choice[] {
  return [...new Set([...offered, said])].map((value) => ({ value, label: `every ${durationText(intervalMs(value) ?? 0)}` }))
}
