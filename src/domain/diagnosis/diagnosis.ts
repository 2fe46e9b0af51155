import type { Problem } from '../errors.ts'
import type { Person, Place } from '../person.ts'
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
    readonly network: string
  }
  readonly endedAt?: string
  readonly verdict?: Verdict
  readonly evidence?: Evidence
  /** Why there is no verdict, e.g. an unknown service. */
  readonly problem?: Problem
}
