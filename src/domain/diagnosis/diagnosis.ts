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
    /** The person accepts that looking wakes a service that sleeps. */
    readonly wake?: boolean
  }
  /** Nobody asked: a watch has seen it. */
  readonly watch?: { readonly id: string; readonly everyMs: number; readonly event: WatchEvent; readonly was?: Sample }
  readonly endedAt?: string
  /** What was found, network by network. */
  readonly looks?: readonly Look[]
  /** Why nothing could be looked at, e.g. an unknown service. */
  readonly problem?: Problem
}

/** Something that somebody has done meanwhile, as far as it is known. Words of others in it are not cleaned. */
export interface Event {
  readonly at: string
  readonly what: string
  readonly by: string
}

/** From one network. */
export interface Look {
  readonly network: string
  readonly verdict?: Verdict
  readonly evidence?: Evidence
  /** When it last worked, and what is no longer as it was then. While it works, only where something has changed. */
  readonly since?: {
    readonly lastHealthyAt: string
    readonly changes: readonly ObservedChange[]
    readonly events?: readonly Event[]
  }
  /** Why there is no verdict from here. */
  readonly problem?: Problem
}
