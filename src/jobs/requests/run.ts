import type { AzureAccess } from '../../azure/access.ts'
import type { Ledger } from '../../domain/ledger.ts'
import type { OrganizationKey } from '../../domain/organization.ts'
import type { StepId } from '../../domain/plan.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Network } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { RemovedRequests } from '../../redis/removed-requests.ts'
import type { SurveyStore, Verdicts } from '../../redis/survey.ts'
import type { Turns } from '../../redis/turns.ts'
import type { Clouds } from '../clouds.ts'
import type { Catalog } from '../services/inventory.ts'
import type { Targets } from '../services/target.ts'

export interface RequestJobs {
  readonly networks: readonly Network[]
  readonly organizations: readonly OrganizationKey[]
  readonly policies: readonly Policy[]
  readonly ledger: Ledger
  /** The id of this installation. */
  installation(): Promise<string>
  readonly turns: Turns
  readonly removedRequests: Pick<RemovedRequests, 'trace' | 'traces'>
  readonly producer: Producer
  readonly catalog: Catalog
  readonly targets: Targets
  readonly clouds: Clouds
  readonly access: AzureAccess
  readonly verdicts: Verdicts
  readonly survey: Pick<SurveyStore, 'read'>
  readonly log: Log
  /** Told of each step of an approved request that ended. */
  readonly stepped?: Stepped
}

/** `interrupted`: left to another worker, to the approvers, or to nobody since the request was cancelled. */
export type StepOutcome = 'changed' | 'unchanged' | 'failed' | 'interrupted'
export type Stepped = (step: StepId, outcome: StepOutcome, seconds: number) => void

/** A worker that has claimed a request. */
export interface RequestWorker extends RequestJobs {
  readonly id: string
  /** The fencing token of the claim, as the ledger has it. */
  readonly run: string
  readonly signal: AbortSignal
}

/** Thrown before the next write when somebody has cancelled the request. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** Thrown when another worker has claimed the request, or the request has ended: this worker then stops and reports nothing. */
export class LostRun extends Error {
  override readonly name = 'LostRun'
}
