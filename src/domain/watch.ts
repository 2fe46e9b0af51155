import { changesBetween, type LastHealthy, type ObservedChange, type Snapshot } from './diagnosis/changes.ts'
import type { FindingCode, Severity } from './diagnosis/finding.ts'
import type { Person, Place } from './person.ts'

/** A service that is looked at from a network again and again. */
export interface Watch {
  readonly id: string
  readonly service: string
  readonly organization?: string
  readonly network: string
  readonly everyMs: number
  readonly by: Person
  /** Where changes are posted. */
  readonly place: Place
  readonly since: string
}

/** One look. */
export interface Sample {
  readonly at: string
  /** `not-looked-at`: there was no verdict, e.g. because the service is not there any more. */
  readonly code: FindingCode | 'not-looked-at'
  readonly severity: Severity
}

/** What a watch remembers between looks. */
export interface WatchState {
  /** The verdict that was told last, and since when it holds. */
  readonly told?: Sample
  /** When the verdict changed, newest last; only those of the last hour. */
  readonly changes: readonly string[]
  /** Since when it changes too often to be told each time. */
  readonly flappingSince?: string
  /** How things were the last time that this watch has seen it work. */
  readonly healthy?: LastHealthy
}

/**
 * What is worth a message: the first verdict when it is a fault, another verdict than before, that it flaps, or that it does not any more; and that
 * something was changed in the clouds or in DNS although it still works.
 */
export type WatchEvent = 'first' | 'changed' | 'flapping' | 'settled' | 'drift'

/** So many changes within the hour are flapping; so long without one, and it has settled. */
const flapping = { changes: 4, windowMs: 3_600_000, quietMs: 1_800_000 }

export const noWatchState: WatchState = { changes: [] }

/** Whether a look differs from what was told, so that it has to be confirmed by a second one before anybody hears of it. */
export function differs({ told }: WatchState, { code }: Pick<Sample, 'code'>): boolean {
  return told?.code !== code
}

interface Observed {
  readonly state: WatchState
  readonly event?: WatchEvent
  /** What is no longer as this watch has seen it the last time that it worked. */
  readonly drift?: { readonly lastHealthyAt: string; readonly changes: readonly ObservedChange[] }
}

/** Pure: what a confirmed look changes, and whether it is worth a message. `snapshot` is how things are, where it works. */
export function observe(state: WatchState, sample: Sample, snapshot?: Snapshot): Observed {
  const at = Date.parse(sample.at)
  const recent = state.changes.filter((change) => at - Date.parse(change) < flapping.windowMs)
  const { told, flappingSince, healthy: last } = state
  // What was not seen this time is compared again when it is.
  const whole = { ...last?.snapshot, ...snapshot }
  const healthy = sample.severity === 'ok' && snapshot !== undefined ? { at: sample.at, snapshot: whole } : last
  const kept = healthy === undefined ? {} : { healthy }
  if (told === undefined) {
    const next = { told: sample, changes: recent, ...kept }
    return sample.severity === 'ok' ? { state: next } : { state: next, event: 'first' }
  }
  const isSame = told.code === sample.code
  const moved = isSame && last !== undefined && snapshot !== undefined ? changesBetween(last.snapshot, snapshot) : []
  if (isSame && moved.length === 0) {
    const newest = recent.at(-1)
    const quiet = newest === undefined || at - Date.parse(newest) >= flapping.quietMs
    if (flappingSince === undefined || !quiet) return { state: { ...state, changes: recent, ...kept } }
    return { state: { told, changes: [], ...kept }, event: 'settled' }
  }
  const next = { told: isSame ? told : sample, changes: [...recent, sample.at], ...kept }
  const drift = last === undefined || moved.length === 0 ? undefined : { lastHealthyAt: last.at, changes: moved }
  if (flappingSince !== undefined) return { state: { ...next, flappingSince } }
  const about = drift === undefined ? {} : { drift }
  if (next.changes.length >= flapping.changes)
    return { state: { ...next, flappingSince: sample.at }, event: 'flapping', ...about }
  return { state: next, event: isSame ? 'drift' : 'changed', ...about }
}

/** Two watches of the same thing are one. */
export function sameWatch(a: Pick<Watch, 'service' | 'organization' | 'network'>, b: typeof a): boolean {
  const key = ({ service, organization = '', network }: typeof a) => `${organization}/${service}/${network}`.toLowerCase()
  return key(a) === key(b)
}
