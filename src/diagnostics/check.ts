import type { CheckId, EvidenceByCheck, NetworkEvidence } from '../domain/diagnosis/evidence.ts'

export interface ProbeTarget {
  readonly host: string
  /** The private endpoint's address as Azure tells it. It chooses among the permitted addresses; it permits none. */
  readonly expectedAddress?: string | undefined
  /** Nothing that could wake the service: no `/ping`. */
  readonly quiet?: boolean | undefined
  /** Whoever asked waits no longer than this, in milliseconds: what is known by then counts. */
  readonly deadlineMs?: number | undefined
}

/** One look at the network. */
export interface Check<Id extends CheckId> {
  readonly id: Id
  /** Checks whose evidence this one reads. It starts when they have ended, whatever they found. */
  readonly needs: readonly CheckId[]
  /** Milliseconds after which `signal` aborts and the check counts as not run. Its own timers are shorter: a timeout is evidence. */
  readonly deadlineMs: number
  /** Never throws for a network fault: the fault is the evidence. Undefined when what it needs left it nothing to look at. */
  run(target: ProbeTarget, soFar: NetworkEvidence, signal: AbortSignal): Promise<EvidenceByCheck[Id] | undefined>
}

export type AnyCheck = { readonly [Id in CheckId]: Check<Id> }[CheckId]
