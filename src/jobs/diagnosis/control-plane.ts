import { setTimeout as sleep } from 'node:timers/promises'
import { connectsByAlias, type EndpointSummary } from '../../azure/network.ts'
import { endpointEvidence, zoneEvidence } from '../../domain/diagnosis/assemble.ts'
import type { ControlPart, ControlPlane } from '../../domain/diagnosis/evidence.ts'
import { RetryableError, TerminalError, toProblem } from '../../domain/errors.ts'
import type { Network } from '../../domain/target.ts'
import { isInVnet, sameId, subnetId, zoneOf } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { Inventory, InventoryStore } from '../../redis/records.ts'
import type { Clouds } from '../clouds.ts'
import type { Catalog } from '../services/inventory.ts'
import type { Named } from '../services/target.ts'

/** The lists of ClickHouse Cloud have so long to come, in milliseconds; then those that were read last count. Its budget may be spent. */
const freshWithinMs = 1_800

/** Endpoints of one VNet are looked at one by one, but no more than this. */
const mostEndpoints = 20

interface Asked extends Named {
  readonly network: Network
}

interface Sources {
  readonly clouds: Pick<Clouds, 'network' | 'dns' | 'clickhouse'>
  readonly catalog: Pick<Catalog, 'current'>
  readonly inventory: Pick<InventoryStore, 'read' | 'learn'>
  /** Lists may be some seconds old: one call reads those of all services. */
  readonly background: boolean
  readonly log: Log
}

const backgroundMaxAgeMs = 15_000

/**
 * Azure and ClickHouse Cloud as they are now, all asked at the same time. A source that refuses, or does not answer within `withinMs`, leaves its own part
 * unread and the others as they are. Never throws unless `signal` aborts.
 */
export async function readControlPlane(
  { service, network, alias, host }: Asked,
  sources: Sources,
  { signal, withinMs }: { readonly signal: AbortSignal; readonly withinMs: number },
): Promise<ControlPlane> {
  const { clouds, log } = sources
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const unread: { [Part in ControlPart]?: string } = {}
  const late = sleep(withinMs, undefined, { signal: both }).then(() => {
    throw new TerminalError('clouds-slow', `There was no answer within ${withinMs / 1_000} s.`, {
      remedy: 'Run it again in a minute.',
    })
  })
  late.catch(() => undefined)
  const part = async <Value>(name: ControlPart, reading: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await Promise.race([reading, late])
    } catch (error) {
      signal.throwIfAborted()
      log.warn({ err: error, part: name, network: network.name }, 'a part of the control plane was not read')
      unread[name] = toProblem(error).message
      return undefined
    }
  }
  try {
    const zone = zoneFor(host, network, clouds, both)
    zone.catch(() => undefined)
    const lists = listsOf(service, sources, both)
    const [seen, organization, endpoint, dns] = await Promise.all([
      part('service', lists),
      part('organization', entriesOf(service, lists, sources, both)),
      part('endpoint', endpointFor(alias, network, clouds, zone, both)),
      part('zone', zone),
    ])
    const known = seen ?? (await lastKnown(service, sources.inventory))
    return {
      ...{ host, alias, ...known, ...endpoint, ...dns },
      // Entries of now beside a list of then would tell strangers where there are none.
      ...(known?.asOf === undefined && organization),
      ...(Object.keys(unread).length > 0 && { unread }),
    }
  } finally {
    over.abort()
  }
}

/** Of another service, perhaps: the endpoint that the record leads to. */
async function endpointAt(
  addresses: readonly string[],
  here: readonly EndpointSummary[],
  clouds: Sources['clouds'],
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'endpoint'>> {
  if (addresses.length === 0) return {}
  const details = await Promise.all(here.slice(0, mostEndpoints).map(({ id }) => clouds.network.endpoint(id, signal)))
  return endpointEvidence(details.find((each) => each?.address !== undefined && addresses.includes(each.address)))
}

type Lists = Pick<ControlPlane, 'serviceState' | 'allowList' | 'asOf' | 'requestId'>

async function listsOf(
  service: Asked['service'],
  { clouds, catalog, inventory, background, log }: Sources,
  signal: AbortSignal,
): Promise<Lists> {
  if (background) {
    const all = await catalog.current(backgroundMaxAgeMs, signal)
    if (all.keptFrom?.[service.organizationId] !== undefined) throw notTold(service)
    const shared = listsIn(all, service)
    if (shared !== undefined) return shared
  }
  const fresh = clouds.clickhouse
    .service(service.organizationId, service.id, signal)
    .then(({ state, privateEndpointIds, requestId }): Lists => {
      // Whoever asks next may find the budget spent.
      inventory
        .learn(new Map([[service.id, privateEndpointIds]]), new Date().toISOString())
        .catch((error: unknown) => log.warn({ err: error, service: service.id }, 'allow list not kept'))
      return { serviceState: state, allowList: privateEndpointIds, ...(requestId !== undefined && { requestId }) }
    })
  const early = await Promise.race([fresh, sleep(freshWithinMs, undefined, { signal })])
  return early ?? (await lastKnown(service, inventory)) ?? (await fresh)
}

/** Nothing where the lists are those that were read earlier, or when it does not come in time. */
async function entriesOf(
  { organizationId }: Asked['service'],
  lists: Promise<Lists>,
  { clouds, background }: Sources,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'organizationIds'>> {
  if (background && (await lists).asOf !== undefined) return {}
  const fresh = clouds.clickhouse
    .organization(organizationId, signal)
    .then(({ privateEndpoints }) => ({ organizationIds: privateEndpoints.map((entry) => entry.id) }))
  return (await Promise.race([fresh, sleep(freshWithinMs, undefined, { signal })])) ?? {}
}

function notTold({ organizationName }: Asked['service']): RetryableError {
  return new RetryableError('organization-unread', `ClickHouse Cloud did not tell the services of ${organizationName}.`, {
    remedy: 'Check the API key of that organization; it is tried again at the next turn.',
  })
}

async function lastKnown(service: Asked['service'], inventory: Sources['inventory']): Promise<Lists | undefined> {
  const known = await inventory.read()
  return known && listsIn(known, service)
}

function listsIn(
  { services, allowLists, readAt, keptFrom }: Inventory,
  { id, organizationId }: Asked['service'],
): Lists | undefined {
  const service = services.find((candidate) => candidate.id === id)
  const allowList = allowLists[id]
  return service === undefined || allowList === undefined
    ? undefined
    : { serviceState: service.state, allowList, asOf: keptFrom?.[organizationId] ?? readAt }
}

async function endpointFor(
  alias: string,
  network: Network,
  clouds: Sources['clouds'],
  zone: Promise<Pick<ControlPlane, 'record'>>,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'endpoint' | 'partial'>> {
  const { here, partial } = await endpointsOf(network, clouds, signal)
  const serving = here.filter(({ connectsTo }) => sameId(connectsTo, alias))
  const chosen = serving.find(({ connection }) => connection === 'Approved') ?? serving[0]
  const own = endpointEvidence(chosen && (await clouds.network.endpoint(chosen.id, signal)))
  if (own.endpoint !== undefined) return own
  const { record } = await zone.catch(() => ({ record: undefined }))
  const other = await endpointAt(record?.addresses ?? [], here, clouds, signal)
  return other.endpoint === undefined && partial ? { partial } : other
}

/** Those that may be of ClickHouse Cloud first, and of these those of the network's own subnet. */
async function endpointsOf(
  network: Network,
  clouds: Sources['clouds'],
  signal: AbortSignal,
): Promise<{ readonly here: readonly EndpointSummary[]; readonly partial: boolean }> {
  const { endpoints, partial } = await clouds.network.endpoints(network, signal)
  const rank = (endpoint: EndpointSummary) =>
    (connectsByAlias(endpoint) ? 0 : 2) + (sameId(endpoint.subnetId, subnetId(network)) ? 0 : 1)
  const here = endpoints.filter((endpoint) => isInVnet(endpoint.subnetId, network))
  return { here: here.toSorted((a, b) => rank(a) - rank(b)), partial }
}

async function zoneFor(
  host: string,
  network: Network,
  clouds: Sources['clouds'],
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'zone' | 'record' | 'wildcard'>> {
  const [zone] = await clouds.dns.zones(zoneOf(host), network, signal)
  return zone === undefined ? {} : zoneEvidence(host, zone, await clouds.dns.aRecords(zone, signal))
}
