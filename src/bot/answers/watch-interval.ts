import ms from 'ms'
import { durationText } from '../cards/duration.ts'
import type { Choice } from '../chat/form.ts'

/** How often a form offers to look, as it would be typed. */
const offered = ['1m', '5m', '15m', '1h', '6h', '24h'] as const

/** As it would be typed; every five minutes where nothing was said. */
export function intervalText(everyMs: number = ms('5m')): string {
  return offered.find((every) => ms(every) === everyMs) ?? `${everyMs / 1_000}s`
}

/** In milliseconds. */
export function intervalMs(every: string | undefined): number | undefined {
  const known = offered.find((each) => each === every)
  if (known !== undefined) return ms(known)
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(every ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}

/** What may be chosen, and what the person had said. */
export function intervalChoices(said: string): readonly Choice[] {
  return [...new Set([...offered, said])].map((value) => ({ value, label: `every ${durationText(intervalMs(value) ?? 0)}` }))
}
