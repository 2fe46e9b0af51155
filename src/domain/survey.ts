import type { FindingCode, Severity } from './diagnosis/finding.ts'
import { isInVnet, type Network, recordFor, type Service, sameId, zoneOf } from './target.ts'

/** For each service on Azure and each network, what connects them, as last read in the background. */
export interface Survey {
  readonly readAt: string
  /** Services × networks, in the order of both lists. */
  readonly cells: readonly Cell[]
  /** Networks that could not be read, and why. */
  readonly unread: readonly { readonly network: string; readonly problem: string }[]
  /** Organizations whose services could not be read: theirs are as old as `readAt` here, or missing where that is absent. */
  readonly stale?: readonly { readonly organization: string; readonly readAt?: string }[]
  /** Ids of the organizations whose API key is known to lack the Admin role. */
  readonly keys?: { readonly readAt: string; readonly withoutAdmin: readonly string[] }
  /** By network, the versions of the diagnostics workers that were running. */
  readonly workers?: Readonly<Record<string, readonly string[]>>
  /** By service id, its alias and private host. */
  readonly names: Readonly<Record<string, PrivateName>>
}

/** Without alias and host: ClickHouse Cloud has no Private Link for the service, or was not asked yet. */
export interface PrivateName {
  readonly alias?: string
  readonly host?: string
  readonly readAt: string
}

/** Pure. Of how many services ClickHouse Cloud was not asked yet. */
export function unreadNames({ names }: Survey): number {
  return Object.values(names).filter(({ readAt }) => Date.parse(readAt) === 0).length
}

export interface Cell {
  readonly service: Service
  readonly network: string
  readonly endpoint?: { readonly name: string; readonly connection: string; readonly address?: string }
  /** GUIDs and resource ids of all endpoints that connect the network to the service; absent where a GUID is not known. */
  readonly living?: readonly string[]
  readonly record: RecordState
  /** The endpoint is on the service's allow list. */
  readonly listed: boolean
}

export type RecordState = 'right' | 'elsewhere' | 'not-linked' | 'absent'

/** The last verdict on a service and a network. */
export interface LastVerdict {
  readonly code: FindingCode
  readonly severity: Severity
  readonly at: string
}

/** One network as Azure shows it. */
export interface SeenNetwork {
  readonly network: Network
  readonly endpoints: readonly SeenEndpoint[]
  readonly zones: readonly SeenZone[]
}

export interface SeenEndpoint {
  readonly id: string
  readonly name: string
  readonly guid?: string
  readonly address?: string
  readonly connection: string
  readonly connectsTo: string
  readonly subnetId: string
}

export interface SeenZone {
  readonly name: string
  readonly linked: boolean
  readonly records: readonly { readonly name: string; readonly addresses: readonly string[] }[]
}

/** Pure. `allowList` holds GUIDs or resource ids. */
export function cellOf(
  service: Service,
  { alias, host }: { readonly alias: string; readonly host: string },
  allowList: readonly string[],
  { network, endpoints, zones }: SeenNetwork,
): Cell {
  const serving = endpoints.filter((endpoint) => sameId(endpoint.connectsTo, alias) && isInVnet(endpoint.subnetId, network))
  const endpoint = serving.find(({ connection }) => connection === 'Approved') ?? serving[0]
  const zone = zones.find(({ name }) => sameId(name, zoneOf(host)))
  const listed = endpoint !== undefined && allowList.some((entry) => sameId(entry, endpoint.guid) || sameId(entry, endpoint.id))
  const { name, connection, address } = endpoint ?? {}
  const living = serving.flatMap(({ id, guid }) => (guid === undefined ? [] : [guid, id]))
  return {
    service,
    network: network.name,
    ...(living.length === 2 * serving.length && { living }),
    ...(name !== undefined &&
      connection !== undefined && { endpoint: { name, connection, ...(address !== undefined && { address }) } }),
    record: recordState(host, zone, address),
    listed,
  }
}

function recordState(host: string, zone: SeenZone | undefined, address: string | undefined): RecordState {
  const record = recordFor(host, zone?.records ?? [])
  if (zone === undefined || record === undefined) return 'absent'
  if (!zone.linked) return 'not-linked'
  return address !== undefined && record.addresses.length === 1 && record.addresses[0] === address ? 'right' : 'elsewhere'
}

/** Pure. `survey`, with these networks as `newer` has seen them, and the others as before. `all`: every network, in the order of the configuration. */
export function withNetworks(survey: Survey, newer: Survey, networks: readonly string[], all: readonly string[]): Survey {
  const isNewer = (network: string): boolean => networks.includes(network)
  const key = (serviceId: string, network: string) => `${serviceId} ${network}`
  const cells = [...survey.cells.filter((cell) => !isNewer(cell.network)), ...newer.cells]
  const byKey = new Map(cells.map((cell) => [key(cell.service.id, cell.network), cell]))
  const services = [...new Set([...newer.cells, ...survey.cells].map(({ service }) => service.id))]
  return {
    ...survey,
    names: { ...survey.names, ...newer.names },
    workers: { ...survey.workers, ...newer.workers },
    unread: [...survey.unread.filter(({ network }) => !isNewer(network)), ...newer.unread],
    cells: services.flatMap((id) => all.flatMap((network) => byKey.get(key(id, network)) ?? [])),
  }
}

/** Pure. The ids of the endpoints that may be on the service's allow list; undefined when one of the networks was not read. */
export function livingIdsOf(serviceId: string, { cells, unread }: Survey): readonly string[] | undefined {
  const own = cells.filter(({ service }) => service.id === serviceId)
  if (unread.length > 0 || own.length === 0 || own.some(({ living }) => living === undefined)) return undefined
  return own.flatMap(({ living = [] }) => living)
}

/** Whether everything is in place, by the control plane. */
export function isConnected({ endpoint, record, listed }: Cell): boolean {
  return endpoint?.connection === 'Approved' && record === 'right' && listed
}

/** Whether nothing connects the two; a zone that other networks use does not count. */
export function isUntouched({ endpoint, record, listed }: Cell): boolean {
  return endpoint === undefined && (record === 'absent' || record === 'not-linked') && !listed
}
