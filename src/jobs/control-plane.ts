import { setTimeout as sleep } from 'node:timers/promises'
import type { EndpointDetail, EndpointSummary } from '../azure/network.ts'
import type { ControlPlane } from '../domain/diagnosis/evidence.ts'
import type { Network } from '../domain/target.ts'
import { sameId, subnetId, zoneOf } from '../domain/target.ts'
import type { Inventory, InventoryStore } from '../redis/records.ts'
import type { Catalog } from './inventory.ts'
import type { Clouds } from './step.ts'
import type { Named } from './target.ts'

/** The lists of ClickHouse Cloud have so long to come, in milliseconds; then those that were read last count. Its budget may be spent. */
const freshWithinMs = 1_800

/** Endpoints of one subnet are looked at one by one, but no more than this. */
const mostEndpoints = 20

interface Asked extends Named {
  readonly network: Network
}

interface Sources {
  readonly clouds: Clouds
  readonly catalog: Pick<Catalog, 'current'>
  readonly inventory: Pick<InventoryStore, 'read'>
  /** Lists may be some seconds old: one call reads those of all services. */
  readonly background: boolean
}

const backgroundMaxAgeMs = 15_000

/** Azure and ClickHouse Cloud as they are now, all asked at the same time. */
export async function readControlPlane(
  { service, network, alias, host }: Asked,
  sources: Sources,
  signal: AbortSignal,
): Promise<ControlPlane> {
  const { clouds } = sources
  const [lists, endpoint, zone] = await Promise.all([
    listsOf(service, sources, signal),
    endpointFor(alias, network, clouds, signal),
    zoneFor(host, network, clouds, signal),
  ])
  const seen =
    endpoint.endpoint === undefined ? await endpointAt(zone.record?.addresses ?? [], network, clouds, signal) : endpoint
  return { host, alias, ...lists, ...seen, ...zone }
}

/** Of another service, perhaps: the endpoint that the record leads to. */
async function endpointAt(
  addresses: readonly string[],
  network: Network,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'endpoint'>> {
  if (addresses.length === 0) return {}
  const here = await endpointsOf(network, clouds, signal)
  const details = await Promise.all(
    here.slice(0, mostEndpoints).map(({ name }) => clouds.network.endpoint(network, name, signal)),
  )
  return shownAs(details.find((each) => each?.address !== undefined && addresses.includes(each.address)))
}

type Lists = Pick<ControlPlane, 'serviceState' | 'organizationIds' | 'allowList' | 'asOf'>

async function listsOf(
  service: Asked['service'],
  { clouds, catalog, inventory, background }: Sources,
  signal: AbortSignal,
): Promise<Lists> {
  const { organizationId, id } = service
  const shared = background ? listsIn(await catalog.current(backgroundMaxAgeMs, signal), service) : undefined
  if (shared !== undefined) return shared
  const fresh = Promise.all([
    clouds.clickhouse.service(organizationId, id, signal),
    clouds.clickhouse.organization(organizationId, signal),
  ]).then(
    ([now, organization]): Lists => ({
      serviceState: now.state,
      allowList: now.privateEndpointIds,
      organizationIds: organization.privateEndpoints.map((entry) => entry.id),
    }),
  )
  const over = new AbortController()
  try {
    const early = await Promise.race([fresh, sleep(freshWithinMs, undefined, { signal: over.signal })])
    return early ?? (await lastKnown(service, inventory)) ?? (await fresh)
  } finally {
    over.abort()
    fresh.catch(() => undefined)
  }
}

async function lastKnown(service: Asked['service'], inventory: Sources['inventory']): Promise<Lists | undefined> {
  const known = await inventory.read()
  return known && listsIn(known, service)
}

function listsIn({ services, allowLists, readAt }: Inventory, { id }: Asked['service']): Lists | undefined {
  const service = services.find((candidate) => candidate.id === id)
  const allowList = allowLists[id]
  return service === undefined || allowList === undefined ? undefined : { serviceState: service.state, allowList, asOf: readAt }
}

async function endpointFor(
  alias: string,
  network: Network,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'endpoint'>> {
  const serving = (await endpointsOf(network, clouds, signal)).filter(({ connectsTo }) => sameId(connectsTo, alias))
  const chosen = serving.find(({ connection }) => connection === 'Approved') ?? serving[0]
  return shownAs(chosen && (await clouds.network.endpoint(network, chosen.name, signal)))
}

async function endpointsOf(network: Network, clouds: Clouds, signal: AbortSignal): Promise<readonly EndpointSummary[]> {
  const all = await clouds.network.endpoints(network, signal)
  return all.filter((endpoint) => sameId(endpoint.subnetId, subnetId(network)))
}

function shownAs(detail: EndpointDetail | undefined): Pick<ControlPlane, 'endpoint'> {
  if (detail === undefined) return {}
  const { id, guid, address, connection, connectsTo } = detail
  return { endpoint: { id, guid: guid ?? '', connection, alias: connectsTo, ...(address !== undefined && { address }) } }
}

async function zoneFor(
  host: string,
  network: Network,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'zone' | 'record' | 'wildcard'>> {
  const [zone] = await clouds.dns.zones(zoneOf(host), network, signal)
  if (zone === undefined) return {}
  const records = await clouds.dns.aRecords(zone, signal)
  const label = host.slice(0, host.indexOf('.'))
  const own = records.find(({ name }) => sameId(name, label))
  const wildcard = records.find(({ name }) => name === '*')
  const record = own ?? wildcard
  return {
    zone: { id: zone.id, linked: zone.link?.completed === true },
    ...(record !== undefined && { record: { name: record.name, addresses: record.addresses } }),
    ...(own !== undefined && wildcard !== undefined && { wildcard: wildcard.addresses }),
  }
}
