import type { EndpointDetail, EndpointSummary } from '../../azure/network.ts'
import type { ARecord } from '../../azure/private-dns.ts'
import type { Zone } from '../../azure/zone-reader.ts'
import type { WireOrganization } from '../../clickhouse/wire.ts'
import type { Verdict } from '../../domain/diagnosis/finding.ts'
import type { OrganizationKey } from '../../domain/organization.ts'
import type { Maker, MarkedRequest } from '../../domain/ownership.ts'
import type { Change, Plan, StepFacts, StepId } from '../../domain/plan.ts'
import type { Listing } from '../../domain/request.ts'
import type { Network, Target } from '../../domain/target.ts'
import type { Clouds } from '../clouds.ts'
import type { Patiently } from '../retry.ts'

/** What the steps have observed so far; a step reads the facts of those that it needs. An absent fact was not observed, or the resource does not exist. */
export interface Facts {
  endpoint?: EndpointDetail
  /** This run has made the endpoint and not listed it yet, so that no list can hold its GUID. */
  endpointIsNew?: true
  /** Ids of deleted endpoints of this bot that are still on a list. */
  orphanedIds?: readonly string[]
  /** The endpoint as it was looked at after the last write, for the step that waits for its connection. */
  stateAhead?: Promise<EndpointSummary | undefined>
  /** GUIDs of dead endpoints that are to be replaced. */
  replacedIds?: readonly string[]
  zone?: Zone
  /** Settled when Azure has accepted the zone that is to be made, or the step has failed. */
  zoneAccepted?: PromiseWithResolvers<void>
  /** Linked zones of a wider or narrower name. */
  around?: readonly Zone[]
  /** Records of a wider zone that are copied before the link hides them. */
  carried?: readonly CarriedRecord[]
  /** Names of such copies that work on when link and zone go. */
  fallingBack?: readonly string[]
  records?: readonly ARecord[]
  /** The zone and its records, where no step looks after them: asked for while the steps before write, and looked at once. */
  zoneAhead?: Promise<ZoneSeen | undefined>
  /** Relative names of the records that are to lead to the endpoint. */
  wantedRecords?: readonly string[]
  /** The records to remove. */
  leavingRecords?: readonly ARecord[]
  /** What Azure has refused to delete for good, with its words: locks, and nested resources. */
  refused?: ReadonlyMap<Removed, string>
  organization?: OrganizationEntries
  /** Adding the organization's entry had no effect, so the change of the allow list has to register it. */
  entryFollows?: true
  allowLists?: AllowLists
  /** When this run completed the link, in milliseconds of `performance.now`. */
  linkedAt?: number
  verdict?: Verdict
  /** Every service was seen to answer; the verdict may still name what is wrong beside it. */
  works?: boolean
  /** The verdict on each service, by its id. */
  verdicts?: ReadonlyMap<string, Verdict>
}

export interface ZoneSeen {
  readonly zone: Zone | undefined
  readonly records: readonly ARecord[]
}

/** A record of a wider zone that the new zone will hide, by the name that its copy has in the new one. */
export interface CarriedRecord extends ARecord {
  /** The name of the wider zone. */
  readonly from: string
  /** Where this bot's copy leads, if elsewhere. */
  readonly copyLeads?: readonly string[]
}

/** What a removal deletes in Azure. */
export type Removed = `record ${string}` | 'link' | 'zone' | 'endpoint'

/** The organization's private endpoints, as read at `readAt`, a time of `performance.now`. */
export interface OrganizationEntries {
  readonly entries: WireOrganization['privateEndpoints']
  readonly readAt: number
}

/** Allow lists by service id. */
export type AllowLists = ReadonlyMap<
  string,
  { readonly name: string; readonly state: string; readonly entries: readonly string[] }
>

/** All networks and organizations of the configuration: what one request changes may serve another network, or another organization's services. */
export interface Configured {
  readonly networks: readonly Network[]
  readonly organizations: readonly Pick<OrganizationKey, 'organizationId' | 'organizationName'>[]
}

export interface Undoing extends MarkedRequest {
  /** The steps in which that request made something. */
  readonly made: ReadonlySet<StepId>
  /** The ids that it put on lists. */
  readonly listed: readonly Listing[]
}

export interface StepContext {
  /** The request, as the tags of what it makes name it. */
  readonly maker: Maker
  /** Name of the person who asked; it goes into texts in Azure. */
  readonly requester: string
  readonly target: Target
  readonly clouds: Clouds
  readonly configured: Configured
  readonly facts: Facts
  /** The plan that is being carried out; absent while one is made. */
  readonly approved?: Plan
  /** GUIDs of endpoints that this request replaces, by its plans: they are removed from the lists. */
  readonly replacedIds: readonly string[]
  /** Set while a failed request is undone: only what that request made is removed. */
  readonly undoing?: Undoing
  /** Name of the network that a request was about; undefined when the ledger does not have the request. */
  networkOf(marked: MarkedRequest): Promise<string | undefined>
  /** Called before each write. Throws `LostRun` when another worker has the request, and `Stopped` when it was cancelled. */
  fence(): Promise<void>
  /** Tells people what a step that waits sees meanwhile. */
  readonly tell?: (note: string) => Promise<void>
  /** Called before ids are put on a list: an undo of this request removes these and no others. */
  noteListed(listing: Listing): Promise<void>
  /** ARM ids of endpoints in the network with which requests of this ledger have lately worked: Azure's lists may lack them for minutes. */
  knownEndpoints(network: Network): Promise<readonly string[]>
  /** Whether a request of this ledger put the id on a list, or planned with the endpoint whose id it is. */
  hasListed(id: string): Promise<boolean>
  /** Repeats what a vendor refuses for now, and tells people when it is asked again. */
  readonly patiently: Patiently
  readonly signal: AbortSignal
}

export interface Observation {
  readonly change: Change
  readonly facts: Facts
  /** What was observed, in a few words for people. */
  readonly note?: string
  /** The same for programs. */
  readonly seen?: StepFacts
  /** A removal that changes nothing; `note` says why. */
  readonly kept?: true
  /** Nothing is kept: it is not there, or not any more. */
  readonly gone?: true
  /** What approvers should know besides: whom it touches, or what could not be seen. */
  readonly warning?: string
}

export interface Step {
  /** Stable: a ledger key. */
  readonly id: StepId
  readonly title: string
  /** The name of the resource that the step looks after. */
  resource(target: Target): string
  /** Independent steps run at the same time. */
  readonly needs: readonly StepId[]
  /** Changes nothing itself and only waits for a state: not part of a plan. */
  readonly waits?: true
  /** Left out of a plan when it has no change. */
  readonly quiet?: true
  /** Reads only. */
  plan(context: StepContext): Promise<Observation>
  /** Safe to repeat after a crash on any line. */
  apply(context: StepContext, change: Change): Promise<void>
}
