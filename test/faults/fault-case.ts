import type { FindingCode } from '../../src/domain/diagnosis/finding.ts'
import type { FaultWorld } from './fault-world.ts'

/** One way to break a connection, on real sockets, and what `diagnose` says of it, the root cause first. */
export interface FaultCase {
  readonly codes: readonly FindingCode[]
  readonly what: string
  break(world: FaultWorld): Promise<void> | void
  readonly wake?: boolean
  /** What the remedy of the root cause says. */
  readonly remedy?: RegExp
}
