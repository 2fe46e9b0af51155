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
  /** Milliseconds after which `signal` aborts and the check counts as not run. The timers inside a check are shorter, so that a timeout becomes evidence. */
  readonly deadlineMs: number
  /** Returns a network fault as evidence and never throws for one. Returns undefined when the earlier evidence leaves nothing to check. */
  run(target: ProbeTarget, soFar: NetworkEvidence, signal: AbortSignal): Promise<EvidenceByCheck[Id] | undefined>
}

export type AnyCheck = { readonly [Id in CheckId]: Check<Id> }[CheckId]
