import { changesBetween, type LastHealthy, type ObservedChange, type Snapshot } from './diagnosis/changes.ts'
import type { FindingCode, Severity } from './diagnosis/finding.ts'
import type { Person, Place } from './person.ts'

/** A service that is diagnosed from a network at intervals. */
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

/** The result of one diagnosis of a watch. */
export interface Sample {
  readonly at: string
  /** `not-looked-at`: there was no verdict, e.g. because the service was deleted. */
  readonly code: FindingCode | 'not-looked-at'
  readonly severity: Severity
}

/** What a watch stores between diagnoses. */
export interface WatchState {
  /** The verdict that was posted last, and since when it holds. */
  readonly told?: Sample
  /** When the verdict changed, newest last; only those of the last hour. */
  readonly changes: readonly string[]
  /** Since when it changes too often to be posted each time. */
  readonly flappingSince?: string
  /** The snapshot of this watch's last healthy diagnosis. */
  readonly healthy?: LastHealthy
}

/**
 * What is posted. `first`: the first verdict, when it is a fault. `changed`: another verdict than before. `flapping`, `settled`: it changes too often, or no
 * longer. `drift`: the verdict is the same, but something was changed in the clouds or in DNS.
 */
export type WatchEvent = 'first' | 'changed' | 'flapping' | 'settled' | 'drift'

/** This many changes within `windowMs` are flapping, which ends after `quietMs` without a change; in milliseconds. */
const flapping = { changes: 4, windowMs: 3_600_000, quietMs: 1_800_000 }

export const noWatchState: WatchState = { changes: [] }

/** Whether a verdict differs from the one posted last, so that a second diagnosis has to confirm it before it is posted. */
export function differs({ told }: WatchState, { code }: Pick<Sample, 'code'>): boolean {
  return told?.code !== code
}

interface Observed {
  readonly state: WatchState
  readonly event?: WatchEvent
  /** What has changed since this watch's last healthy diagnosis. */
  readonly drift?: { readonly lastHealthyAt: string; readonly changes: readonly ObservedChange[] }
}

/** Pure. The state after a confirmed sample, and the event to post, if any. `snapshot` is given when the sample is healthy. */
export function observe(state: WatchState, sample: Sample, snapshot?: Snapshot): Observed {
  const at = Date.parse(sample.at)
  const recent = state.changes.filter((change) => at - Date.parse(change) < flapping.windowMs)
  const { told, flappingSince, healthy: last } = state
  // Fields that were not observed this time keep their last value, to be compared later.
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

/** Whether two watches are of the same service and network. */
export function sameWatch(a: Pick<Watch, 'service' | 'organization' | 'network'>, b: typeof a): boolean {
  const key = ({ service, organization = '', network }: typeof a) => `${organization}/${service}/${network}`.toLowerCase()
  return key(a) === key(b)
}
