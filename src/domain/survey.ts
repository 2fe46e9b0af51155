import type { FindingCode, Severity } from './diagnosis/finding.ts'
import { isInVnet, type Network, recordFor, type Service, sameId, zoneOf } from './target.ts'

/** For each service on Azure and each network, what connects them, as last read in the background. */
export interface Survey {
  readonly readAt: string
  /** Names of the networks that were read. */
  readonly networks: readonly string[]
  /** One for each service whose private host is known. */
  readonly rows: readonly SurveyRow[]
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

/** A service, and what connects it with each of the survey's networks; nothing where the pair was not read. 2,000 services and 50 networks have 100,000 pairs. */
export interface SurveyRow {
  readonly service: Service
  readonly states: readonly (PairState | undefined)[]
}

/** What connects a service and a network. Those of many pairs are the same object. */
export interface PairState {
  readonly endpoint?: { readonly name: string; readonly connection: string; readonly address?: string }
  /** GUIDs and resource ids of all endpoints that connect the network to the service; absent where a GUID is not known. */
  readonly living?: readonly string[]
  readonly record: RecordState
  /** The endpoint is on the service's allow list. */
  readonly listed: boolean
}

/** One pair. */
export interface Cell extends PairState {
  readonly service: Service
  readonly network: string
}

export type SurveyTable = Pick<Survey, 'networks' | 'rows'>

/** Pure. The pairs of a table, in the order of services and then of networks. */
export function cellsOf({ networks, rows }: SurveyTable): readonly Cell[] {
  return rows.flatMap(({ service, states }) =>
    networks.flatMap((network, at) => {
      const state = states[at]
      return state === undefined ? [] : [{ ...state, service, network }]
    }),
  )
}

/** Pure. The table of these pairs. */
export function tableOf(cells: readonly Cell[]): SurveyTable {
  const networks = [...new Set(cells.map(({ network }) => network))]
  const rows = [...Map.groupBy(cells, ({ service }) => service.id).values()].flatMap((own): SurveyRow[] => {
    const [first] = own
    if (first === undefined) return []
    const states = new Map(own.map(({ service: _, network, ...state }) => [network, state]))
    return [{ service: first.service, states: networks.map((network) => states.get(network)) }]
  })
  return { networks, rows }
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
  const cells = [...cellsOf(survey).filter((cell) => !isNewer(cell.network)), ...cellsOf(newer)]
  const byKey = new Map(cells.map((cell) => [key(cell.service.id, cell.network), cell]))
  const services = [...new Set([...newer.rows, ...survey.rows].map(({ service }) => service.id))]
  return {
    ...survey,
    names: { ...survey.names, ...newer.names },
    workers: { ...survey.workers, ...newer.workers },
    unread: [...survey.unread.filter(({ network }) => !isNewer(network)), ...newer.unread],
    ...tableOf(services.flatMap((id) => all.flatMap((network) => byKey.get(key(id, network)) ?? []))),
  }
}

/** Pure. The ids of the endpoints that may be on the service's allow list; undefined when one of the networks was not read. */
export function livingIdsOf(serviceId: string, { rows, unread }: Survey): readonly string[] | undefined {
  const own = (rows.find(({ service }) => service.id === serviceId)?.states ?? []).filter((state) => state !== undefined)
  if (unread.length > 0 || own.length === 0 || own.some(({ living }) => living === undefined)) return undefined
  return own.flatMap(({ living = [] }) => living)
}

/** Whether everything is in place, by the control plane. */
export function isConnected({ endpoint, record, listed }: PairState): boolean {
  return endpoint?.connection === 'Approved' && record === 'right' && listed
}

/** Whether nothing connects the two; a zone that other networks use does not count. */
export function isUntouched({ endpoint, record, listed }: PairState): boolean {
  return endpoint === undefined && (record === 'absent' || record === 'not-linked') && !listed
}
