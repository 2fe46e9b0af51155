import type { AzureAccess } from '../../azure/access.ts'
import type { Ledger } from '../../domain/ledger.ts'
import type { OrganizationKey } from '../../domain/organization.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Network } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { SurveyStore, Verdicts } from '../../redis/survey.ts'
import type { Clouds } from '../clouds.ts'
import type { Catalog } from '../services/inventory.ts'
import type { Targets } from '../services/target.ts'

export interface RequestJobs {
  readonly networks: readonly Network[]
  readonly organizations: readonly OrganizationKey[]
  readonly policies: readonly Policy[]
  readonly ledger: Ledger
  readonly producer: Producer
  readonly catalog: Catalog
  readonly targets: Targets
  readonly clouds: Clouds
  readonly access: AzureAccess
  readonly verdicts: Verdicts
  readonly survey: Pick<SurveyStore, 'read'>
  readonly log: Log
}

/** One worker's hold on one request. */
export interface RequestWorker extends RequestJobs {
  readonly id: string
  /** The fencing token that the ledger knows this hold by. */
  readonly run: string
  readonly signal: AbortSignal
}

/** Somebody has cancelled the request while it runs: it ends before the next write. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** Another worker has the request, or it was ended: this one stops without a word. */
export class LostRun extends Error {
  override readonly name = 'LostRun'
}
