import type { EndpointDetail } from '../../azure/network.ts'
import type { ARecord, Zone } from '../../azure/private-dns.ts'
import type { WireOrganization } from '../../clickhouse/wire.ts'
import type { Verdict } from '../../domain/diagnosis/finding.ts'
import type { OrganizationKey } from '../../domain/organization.ts'
import type { Change, Plan, StepFacts, StepId } from '../../domain/plan.ts'
import type { Listing } from '../../domain/request.ts'
import type { Network, Target } from '../../domain/target.ts'
import type { Clouds } from '../clouds.ts'

/** What the steps have seen so far; a step reads what those that it needs have left. Absent means that it is not there yet. */
export interface Facts {
  endpoint?: EndpointDetail
  /** Ids that endpoints of ours have left in the lists, which are gone. */
  orphanedIds?: readonly string[]
  /** GUIDs of dead endpoints that are to be made anew. */
  replacedIds?: readonly string[]
  zone?: Zone
  records?: readonly ARecord[]
  /** Relative names of the records that are to lead to the endpoint. */
  wantedRecords?: readonly string[]
  /** Those of the records that are taken away. */
  leavingRecords?: readonly ARecord[]
  organization?: OrganizationEntries
  /** Adding the organization's entry had no effect: the change of the allow list is to register it. */
  entryFollows?: true
  allowLists?: AllowLists
  verdict?: Verdict
  /** What was seen of each service, by its id. */
  verdicts?: ReadonlyMap<string, Verdict>
}

/** The endpoints that the organization knew at that moment (of `performance.now`). */
export interface OrganizationEntries {
  readonly entries: WireOrganization['privateEndpoints']
  readonly readAt: number
}

/** Allow lists by service id. */
export type AllowLists = ReadonlyMap<
  string,
  { readonly name: string; readonly state: string; readonly entries: readonly string[] }
>

/** Everything that the configuration names: what one request touches may serve another network, or services of another organization. */
export interface Configured {
  readonly networks: readonly Network[]
  readonly organizations: readonly Pick<OrganizationKey, 'organizationId' | 'organizationName'>[]
}

export interface Undoing {
  readonly request: string
  /** The steps in which that request made something. */
  readonly made: ReadonlySet<StepId>
  /** What it put on lists. */
  readonly listed: readonly Listing[]
}

export interface StepContext {
  readonly requestId: string
  /** Name of the person who asked, for the texts that the clouds keep. */
  readonly requester: string
  readonly target: Target
  readonly clouds: Clouds
  readonly configured: Configured
  readonly facts: Facts
  /** The plan that is being carried out; absent while one is made. */
  readonly approved?: Plan
  /** GUIDs of endpoints that this request replaces: they leave the lists. */
  readonly replacedIds: readonly string[]
  /** Set while a failed request is undone: only what it made goes. */
  readonly undoing?: Undoing
  /** Name of the network that a request was about; nothing where the ledger does not know it. */
  networkOf(requestId: string): Promise<string | undefined>
  /** Called before each step that changes something and before each write: throws when the request is not this worker's any more, or was cancelled. */
  fence(): Promise<void>
  /** Called before ids are put on a list: an undo of this request takes back these and no others. */
  noteListed(listing: Listing): Promise<void>
  readonly signal: AbortSignal
}

export interface Observation {
  readonly change: Change
  readonly facts: Facts
  /** What came to light, in a few words for the card. */
  readonly note?: string
  /** The same for programs. */
  readonly seen?: StepFacts
  /** There is something here, or was asked for, and it is left as it is. */
  readonly kept?: true
}

export interface Step {
  /** Stable: a ledger key. */
  readonly id: StepId
  readonly title: string
  /** The name of the one thing that it looks after. */
  resource(target: Target): string
  /** Independent steps run at the same time. */
  readonly needs: readonly StepId[]
  /** Changes nothing itself, only waits until something is seen: not part of a plan. */
  readonly waits?: true
  /** Left out of a plan in which it has nothing to do. */
  readonly quiet?: true
  /** Reads only. */
  plan(context: StepContext): Promise<Observation>
  /** Safe to repeat after a crash on any line. */
  apply(context: StepContext, change: Change): Promise<void>
}
