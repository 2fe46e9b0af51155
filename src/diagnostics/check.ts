import type { CheckId, EvidenceByCheck, NetworkEvidence } from '../domain/diagnosis/evidence.ts'

export interface ProbeTarget {
  readonly host: string
  /** The private endpoint's address as Azure reports it. It is preferred among the permitted addresses, and does not make an address permitted. */
  readonly expectedAddress?: string | undefined
  /** Leaves out `/ping`, which would wake an idle service. */
  readonly quiet?: boolean | undefined
  /** How long the asker waits, in milliseconds. The evidence holds what is known by then. */
  readonly deadlineMs?: number | undefined
}

/** One check of the network from where this process runs. */
export interface Check<Id extends CheckId> {
  readonly id: Id
  /** Checks whose evidence this one reads. It starts when they have ended, also when they found a fault. */
  readonly needs: readonly CheckId[]
  /** Milliseconds after which the work's signal aborts and the check counts as not run. The timers inside a check are shorter, so that a timeout becomes evidence. */
  readonly deadlineMs: number
  /** Returns evidence that needs no waiting, or work; undefined when the earlier evidence leaves nothing to check, which costs no timer and no signal. */
  run(target: ProbeTarget, soFar: NetworkEvidence): EvidenceByCheck[Id] | Work<EvidenceByCheck[Id]> | undefined
}

/** Returns a network fault as evidence and never throws for one. */
export type Work<Evidence> = (signal: AbortSignal) => Promise<Evidence | undefined>

export type AnyCheck = { readonly [Id in CheckId]: Check<Id> }[CheckId]
