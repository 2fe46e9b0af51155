import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'

/**
 * The one model of the outside world. ARM, ClickHouse Cloud and the network are views of it, so a setup that only looks right in API calls fails
 * where names are resolved and connections admitted.
 */

export interface Organization {
  readonly id: string
  readonly name: string
  /** `ipAccessList`: addresses that the key may be used from; any when absent. */
  readonly keys: { id: string; secret: string; role: 'admin' | 'developer'; ipAccessList?: readonly string[] }[]
  privateEndpoints: { id: string; description: string; cloudProvider: string; region: string }[]
}

/** What somebody did in an organization, as ClickHouse Cloud remembers it. */
export interface Activity {
  readonly id: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly type: string
  readonly actorType: 'user' | 'support' | 'system' | 'api'
  readonly actorId: string
  readonly actorDetails?: string
  readonly organizationId: string
  readonly serviceId?: string
}

export interface ClickHouseService {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly provider: 'azure' | 'aws' | 'gcp'
  readonly region: string
  state: string
  /** Private Link Service alias; absent where the plan tier has no private endpoints. */
  alias?: string
  /** `….<region>.privatelink.azure.clickhouse.cloud`; absent together with the alias. */
  privateHost?: string
  publicHost: string
  /** The allow list: GUIDs or resource ids, as somebody wrote them. */
  privateEndpointIds: string[]
}

/** What the product's Azure identity may do on a scope and below it; `*` matches anything, also as a part of an action. */
export interface Role {
  readonly scope: string
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
}

export interface Subnet {
  readonly name: string
  readonly addressPrefix: string
  /** Somebody changes it: what refers to it has to wait. */
  updating?: boolean
}

export interface VirtualNetwork {
  readonly id: string
  readonly location: string
  readonly tags: Record<string, string>
  readonly subnets: Subnet[]
}

export interface PrivateEndpoint {
  readonly id: string
  readonly location: string
  tags: Record<string, string>
  readonly resourceGuid: string
  readonly subnetId: string
  readonly connectionName: string
  readonly alias: string
  readonly requestMessage: string
  readonly applicationSecurityGroups: string[]
  readonly nicId: string
  readonly address: string
  provisioningState: 'Creating' | 'Updating' | 'Succeeded' | 'Deleting' | 'Failed'
  connection: 'Pending' | 'Approved' | 'Rejected' | 'Disconnected'
}

/** Denies to make resources of a type within its scope. */
export interface Policy {
  readonly name: string
  readonly displayName: string
  readonly scope: string
  /** e.g. `Microsoft.Network/privateDnsZones` */
  readonly resourceType: string
  /** What it says to those whom it refuses. */
  readonly reason: string
}

/** `CanNotDelete` refuses deletions at its scope and below, `ReadOnly` all writes. */
export interface Lock {
  readonly scope: string
  readonly level: 'CanNotDelete' | 'ReadOnly'
}

export interface PrivateZone {
  readonly id: string
  /** e.g. `westus3.privatelink.azure.clickhouse.cloud` */
  readonly name: string
  tags: Record<string, string>
  etag: string
  provisioningState: 'Creating' | 'Succeeded'
  /** Keyed `TYPE/name`, both in lower case, e.g. `a/*`. */
  readonly records: Map<string, RecordSet>
  /** Keyed by name in lower case. */
  readonly links: Map<string, NetworkLink>
  /** Id of something nested that no list shows, and that keeps the zone from being deleted. */
  hiddenChild?: string
}

export interface RecordSet {
  readonly type: string
  readonly name: string
  ttl: number
  addresses: string[]
  metadata: Record<string, string>
  etag: string
}

export interface NetworkLink {
  readonly id: string
  readonly name: string
  readonly virtualNetworkId: string
  registrationEnabled: boolean
  tags: Record<string, string>
  etag: string
  state: 'InProgress' | 'Completed'
}

/** How long the vendors take, in milliseconds. */
export interface Latencies {
  /** Any read, and the first answer of any write. */
  arm: number
  privateEndpoint: number
  privateZone: number
  networkLink: number
  clickhouse: number
  /** How long Azure's lists of endpoints, zones and links lack what is new, and show what is deleted; none when absent. */
  listLag?: number
  /** From a change of an allow list until connections follow it. */
  propagation: number
}

/** One call that the product made of a vendor. */
export interface Call {
  readonly vendor: 'arm' | 'identity' | 'clickhouse' | 'slack' | 'teams'
  readonly method: string
  /** Path with query. */
  readonly path: string
  readonly startedAt: number
  status?: number
  endedAt?: number
}

/**
 * Runs before a call has any effect (`arrived`) and after it has had it, before the answer is sent (`answered`): the place where a test kills a
 * process or refuses a call. Returning a refusal answers the call with it instead.
 */
export type Gate = (call: Call, phase: 'arrived' | 'answered') => Promise<Refusal | undefined>

export interface Refusal {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body: unknown
}

/**
 * Something that a vendor is to refuse once although nothing in this world is a reason: a fault of its own. Which codes a vendor has for that, and their
 * words, its simulator knows.
 */
export interface Fault {
  readonly vendor: 'arm' | 'clickhouse'
  readonly code: string
  readonly method: string
  readonly path: RegExp
  /** Azure takes the call, and fails the operation that it has begun. */
  readonly later?: true
}

export class World {
  readonly organizations: Organization[] = []
  readonly services: ClickHouseService[] = []
  /** All keyed by resource id in lower case. */
  readonly networks = new Map<string, VirtualNetwork>()
  readonly endpoints = new Map<string, PrivateEndpoint>()
  readonly zones = new Map<string, PrivateZone>()
  /** Aliases that Azure does not see, or not yet, although ClickHouse Cloud names them. */
  readonly hiddenAliases = new Set<string>()
  /** Assignments of policies that deny. */
  readonly policies: Policy[] = []
  /** Management locks. */
  readonly locks: Lock[] = []
  /** Owner of everything, unless a test says otherwise. */
  roles: Role[] = [{ scope: '/', actions: ['*'], notActions: [] }]
  readonly calls: Call[] = []
  /** Every Azure action that a call needed so far, e.g. `Microsoft.Network/privateEndpoints/read`, whether it was allowed or not. */
  readonly azureActions = new Set<string>()
  /** Oldest first. */
  readonly activities: Activity[] = []
  /** `change` after any change of endpoints, zones or allow lists. */
  readonly events = new EventEmitter<{ change: [] }>()
  readonly latencies: Latencies
  gate: Gate = async () => undefined
  /** Still to come. */
  readonly faults: Fault[] = []
  /** First three octets of the addresses that private endpoints get, e.g. `127.10.0`. */
  readonly addressBase: string
  #nextAddress = 4

  constructor({ addressBase, latencies }: { addressBase: string; latencies: Latencies }) {
    this.addressBase = addressBase
    this.latencies = { ...latencies }
  }

  changed(): void {
    this.events.emit('change')
  }

  /** The code of the fault that is due for this call, which is over with that. */
  takeFault({
    vendor,
    method,
    path,
    later = false,
  }: Pick<Call, 'method' | 'path'> & { vendor: Fault['vendor']; later?: boolean }) {
    const at = this.faults.findIndex(
      (fault) => fault.vendor === vendor && fault.method === method && fault.path.test(path) && (fault.later ?? false) === later,
    )
    return at === -1 ? undefined : this.faults.splice(at, 1)[0]?.code
  }

  /** Like Azure, from `.4` on: the first four of a subnet are taken. */
  allocateAddress(): string {
    return `${this.addressBase}.${this.#nextAddress++}`
  }

  /** Whether the service's allow list names this endpoint, by GUID or by resource id. */
  admits(service: ClickHouseService, endpoint: PrivateEndpoint): boolean {
    const ids = service.privateEndpointIds.map((id) => id.toLowerCase())
    return ids.includes(endpoint.resourceGuid.toLowerCase()) || ids.includes(endpoint.id.toLowerCase())
  }

  /** Pending connections of endpoints that a service of their alias now admits become Approved; removal from the list does not undo that. */
  approveAdmitted(): void {
    for (const endpoint of this.endpoints.values()) {
      if (endpoint.connection !== 'Pending') continue
      const admitted = this.services.some((service) => service.alias === endpoint.alias && this.admits(service, endpoint))
      if (admitted) endpoint.connection = 'Approved'
    }
    this.changed()
  }
}

export function newEtag(): string {
  return randomUUID()
}

/** Starts a call in the log. */
export function beginCall(world: World, vendor: Call['vendor'], method: string, path: string): Call {
  const call: Call = { vendor, method, path, startedAt: performance.now() }
  world.calls.push(call)
  return call
}

export function endCall(call: Call, status: number): void {
  call.status = status
  call.endedAt = performance.now()
}
