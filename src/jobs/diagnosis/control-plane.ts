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
import type { PrivateService } from '../services/target.ts'
import { staleCopies } from './stale-copies.ts'

/** How long fresh lists of ClickHouse Cloud may take, in milliseconds, before the stored ones are used: a call waits while its budget is spent. */
const freshWithinMs = 1_800

/** The most endpoints of one VNet that are read one by one. */
const mostEndpoints = 20

/** What a diagnosis is about: a service, as reached from a network. */
export interface Subject extends PrivateService {
  readonly network: Network
}

interface ControlPlaneSources {
  readonly clouds: Pick<Clouds, 'network' | 'dns' | 'clickhouse'>
  readonly catalog: Pick<Catalog, 'current'>
  readonly inventory: Pick<InventoryStore, 'read' | 'learn'>
  /** Lists may be as old as `backgroundMaxAgeMs`, so that one call reads those of all services. */
  readonly background: boolean
  /** Waits for fresh lists, as long as the control plane may take. */
  readonly patient?: boolean
  readonly log: Log
}

const backgroundMaxAgeMs = 15_000

/**
 * Azure and ClickHouse Cloud as they are now, all asked at the same time. A source that refuses, or does not answer within `withinMs`, leaves its own part
 * unread and the others as they are. Throws only when `signal` aborts, or when the stored inventory cannot be read.
 */
export async function readControlPlane(
  { service, network, alias, host }: Subject,
  sources: ControlPlaneSources,
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
      ...{ host, alias, ...known, ...endpoint, ...(isOfNetwork(network, { ...endpoint, ...dns }) && dns) },
      // Fresh entries beside an older allow list would make ids look unknown that were removed since.
      ...(known?.asOf === undefined && organization),
      ...(Object.keys(unread).length > 0 && { unread }),
    }
  } finally {
    over.abort()
  }
}

/**
 * Whether the zone is of this network: it is linked to it, or stands where the network's zones are, or leads to its endpoint. Other networks have zones of the
 * same name.
 */
function isOfNetwork(
  { dns: { subscription, resourceGroup } }: Network,
  { zone, record, endpoint }: Pick<ControlPlane, 'zone' | 'record' | 'endpoint'>,
): boolean {
  const place = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/`
  const leadsHere = endpoint?.address !== undefined && record?.addresses.includes(endpoint.address) === true
  return zone !== undefined && (zone.linked || leadsHere || zone.id.toLowerCase().startsWith(place.toLowerCase()))
}

/** The endpoint at one of these addresses, whatever service it connects to. */
async function endpointAt(
  addresses: readonly string[],
  here: readonly EndpointSummary[],
  clouds: ControlPlaneSources['clouds'],
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'endpoint'>> {
  if (addresses.length === 0) return {}
  const details = await Promise.all(here.slice(0, mostEndpoints).map(({ id }) => clouds.network.endpoint(id, signal)))
  return endpointEvidence(details.find((each) => each?.address !== undefined && addresses.includes(each.address)))
}

type Lists = Pick<ControlPlane, 'serviceState' | 'allowList' | 'asOf' | 'requestId'>

async function listsOf(
  service: Subject['service'],
  { clouds, catalog, inventory, background, patient = false, log }: ControlPlaneSources,
  signal: AbortSignal,
): Promise<Lists> {
  if (background) {
    const all = await catalog.current(backgroundMaxAgeMs, signal)
    if (all.keptFrom?.[service.organizationId] !== undefined) throw organizationUnread(service)
    const shared = listsIn(all, service)
    if (shared !== undefined) return shared
  }
  const fresh = clouds.clickhouse
    .service(service.organizationId, service.id, signal)
    .then(({ state, privateEndpointIds, requestId }): Lists => {
      // Stored for the next diagnosis, which may find the budget spent.
      inventory
        .learn(new Map([[service.id, privateEndpointIds]]), new Date().toISOString())
        .catch((error: unknown) => log.warn({ err: error, service: service.id }, 'allow list not kept'))
      return { serviceState: state, allowList: privateEndpointIds, ...(requestId !== undefined && { requestId }) }
    })
  if (patient) return await fresh
  const early = await Promise.race([fresh, sleep(freshWithinMs, undefined, { signal })])
  return early ?? (await lastKnown(service, inventory)) ?? (await fresh)
}

/** The organization's entries; `{}` when the lists are stored ones, or when no answer comes in time. */
async function entriesOf(
  { organizationId }: Subject['service'],
  lists: Promise<Lists>,
  { clouds, background, patient = false }: ControlPlaneSources,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'organizationIds'>> {
  if (background && (await lists).asOf !== undefined) return {}
  const fresh = clouds.clickhouse
    .organization(organizationId, signal)
    .then(({ privateEndpoints }) => ({ organizationIds: privateEndpoints.map((entry) => entry.id) }))
  if (patient) return await fresh
  return (await Promise.race([fresh, sleep(freshWithinMs, undefined, { signal })])) ?? {}
}

function organizationUnread({ organizationName }: Subject['service']): RetryableError {
  return new RetryableError('organization-unread', `ClickHouse Cloud did not list the services of ${organizationName}.`, {
    remedy: 'Check the API key of that organization. The next run of the watch tries again.',
  })
}

async function lastKnown(service: Subject['service'], inventory: ControlPlaneSources['inventory']): Promise<Lists | undefined> {
  const known = await inventory.read()
  return known && listsIn(known, service)
}

function listsIn(
  { services, allowLists, readAt, keptFrom }: Inventory,
  { id, organizationId }: Subject['service'],
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
  clouds: ControlPlaneSources['clouds'],
  zone: Promise<Pick<ControlPlane, 'zone' | 'record'>>,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'endpoint' | 'partial'>> {
  const { here, partial } = await endpointsOf(network, clouds, signal)
  const serving = here.filter(({ connectsTo }) => sameId(connectsTo, alias))
  const chosen = serving.find(({ connection }) => connection === 'Approved') ?? serving[0]
  const own = endpointEvidence(chosen && (await clouds.network.endpoint(chosen.id, signal)))
  if (own.endpoint !== undefined) return own
  const dns: Pick<ControlPlane, 'zone' | 'record'> = await zone.catch(() => ({}))
  const other = await endpointAt(isOfNetwork(network, dns) ? (dns.record?.addresses ?? []) : [], here, clouds, signal)
  return other.endpoint === undefined && partial ? { partial } : other
}

/** The endpoints of the network's VNet: those that connect by an alias first, and of these those in the network's own subnet. */
async function endpointsOf(
  network: Network,
  clouds: ControlPlaneSources['clouds'],
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
  clouds: ControlPlaneSources['clouds'],
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'zone' | 'record' | 'wildcard' | 'staleCopies'>> {
  const [zone] = await clouds.dns.zones(zoneOf(host), network, signal, { others: true })
  if (zone === undefined) return {}
  const records = await clouds.dns.aRecords(zone, signal)
  return { ...zoneEvidence(host, zone, records), ...(await staleCopies(zone, records, network, clouds, signal)) }
}
