import type { Problem } from '../errors.ts'
import type { Person, Place } from '../person.ts'
import type { Sample, WatchEvent } from '../watch.ts'
import type { ObservedChange } from './changes.ts'
import type { Evidence } from './evidence.ts'
import type { Verdict } from './finding.ts'

/** One `diagnose`: asked for in chat, answered where it was asked. */
export interface Diagnosis {
  readonly id: string
  readonly asked: {
    readonly by: Person
    readonly place: Place
    readonly at: string
    readonly service: string
    readonly organization?: string
    /** Absent: from all networks. */
    readonly network?: string
    /** The person accepts that the diagnosis wakes an idle service. */
    readonly wake?: boolean
  }
  /** Set when a watch posts the diagnosis. */
  readonly watch?: { readonly id: string; readonly everyMs: number; readonly event: WatchEvent; readonly was?: Sample }
  readonly endedAt?: string
  /** The results are not final: they are looked at again at this time, and the message is updated. `times`: how often that was done. */
  readonly again?: { readonly at: string; readonly because: 'lists' | 'cache'; readonly times: number }
  /** The results, one a network. */
  readonly looks?: readonly Look[]
  /** Why there is no result at all, e.g. an unknown service. */
  readonly problem?: Problem
}

/** What somebody did since the last healthy diagnosis. Its texts come from outside and are not cleaned. */
export interface Event {
  readonly at: string
  readonly what: string
  readonly by: string
}

/** The result from one network. */
export interface Look {
  readonly network: string
  readonly verdict?: Verdict
  readonly evidence?: Evidence
  /** The last healthy diagnosis and what has changed since. On a healthy result only where something has changed. */
  readonly since?: {
    readonly lastHealthyAt: string
    readonly changes: readonly ObservedChange[]
    readonly events?: readonly Event[]
  }
  /** Why there is no verdict from this network. */
  readonly problem?: Problem
}
