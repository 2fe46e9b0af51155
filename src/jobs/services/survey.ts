import { RetryableError, TerminalError, toProblem } from '../../domain/errors.ts'
import type { Ledger } from '../../domain/ledger.ts'
import type { OrganizationKey } from '../../domain/organization.ts'
import {
  cellOf,
  cellsOf,
  type PrivateName,
  type SeenEndpoint,
  type SeenNetwork,
  type SeenZone,
  type Survey,
  tableOf,
  withNetworks,
} from '../../domain/survey.ts'
import { isInVnet, type Network, type Service, sameId, vnetId, zoneOf } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Inventory } from '../../redis/records.ts'
import type { SurveyStore } from '../../redis/survey.ts'
import { type Repeating, repeat } from '../../repeat.ts'
import type { Clouds } from '../clouds.ts'
import type { Catalog } from './inventory.ts'
import { lacksAdmin } from './key-role.ts'
import type { Targets } from './target.ts'

export interface SurveyJobs {
  readonly networks: readonly Network[]
  readonly catalog: Catalog
  readonly targets: Targets
  readonly organizations: readonly OrganizationKey[]
  readonly clouds: Pick<Clouds, 'network' | 'dns' | 'clickhouse' | 'prober'>
  readonly survey: SurveyStore
  readonly ledger: Pick<Ledger, 'open'>
  readonly log: Log
}

/** A survey that is older is made again. All ages here are in milliseconds. */
const maxAgeMs = 5 * 60_000
/** A survey that is younger is not made again yet. */
const youngMs = 5_000
/** While requests are worked on, no survey spends the budget of the ClickHouse Cloud API until the last one is as old as this. */
const maxAgeWhileBusyMs = 15 * 60_000
/** How often aliases that are not known are read. */
const learnEveryMs = 30_000
/** How long one survey reads aliases: the budget of the ClickHouse Cloud API lets the background have some six in ten seconds. */
const learnForMs = 25_000
/** How many aliases are read before it is asked again whether a request needs the budget. */
const learnAtOnce = 4
/** How many of them may fail in one survey until it stops. */
const mostFailures = 5
/** How old aliases and host names may be: they hardly ever change. */
const namesMaxAgeMs = 24 * 3_600_000
/** How old the roles of API keys may be. */
const keysMaxAgeMs = 3_600_000

/** Queues a survey when the last one is old, or when an alias or the keys' roles have to be read. Safe in several processes at once. */
export function startSurveys({
  survey,
  producer,
  log,
}: Pick<SurveyJobs, 'survey' | 'log'> & { readonly producer: Producer }): Repeating {
  return repeat('survey', learnEveryMs, log, async () => {
    const last = await survey.readWithNames()
    if (last === undefined || age(last.readAt) >= maxAgeMs) await producer.work({ kind: 'survey', id: 'anew' })
    else if (isOld(last.keys) || Object.values(last.names).some(({ readAt }) => age(readAt) >= namesMaxAgeMs))
      await producer.work({ kind: 'survey', id: 'more' })
  })
}

/**
 * Reads services and networks for `status`. `more` also reads aliases that are not known, and then takes allow lists from an inventory of up to `maxAgeMs`. May run twice: it
 * changes nothing in the clouds.
 */
export async function workOnSurvey(which: 'anew' | 'more', jobs: SurveyJobs, signal: AbortSignal): Promise<void> {
  const { catalog, survey, targets } = jobs
  const before = await survey.readWithNames()
  const known = before === undefined ? Number.POSITIVE_INFINITY : age(before.readAt)
  if (known < youngMs || (known < maxAgeWhileBusyMs && (await isBusy(jobs)))) throw later()
  const inventory = await catalog.current(which === 'more' ? maxAgeMs : youngMs, signal)
  const azure = onAzure(inventory)
  const names = namesOf(azure, before, targets)
  const keys = before?.keys !== undefined && !isOld(before.keys) ? before.keys : await judgeKeys(jobs, signal)
  const learned = which === 'more' && keys === before?.keys ? await learnSome(azure, names, jobs, signal) : {}
  await survey.learn(learned)
  Object.assign(names, learned)
  const seen = await surveyOf(azure, names, inventory, jobs, signal)
  await survey.write({ ...seen, keys })
}

/**
 * Reads after a change what it may have changed: its network, and those of the same VNet or with zones in the same place. The others stay as they were read last, and no
 * call of ClickHouse Cloud is made. May run twice.
 */
export async function surveyNetwork(name: string, jobs: SurveyJobs, signal: AbortSignal): Promise<void> {
  const { catalog, networks, survey, targets } = jobs
  const before = await survey.readWithNames()
  if (before === undefined) return await workOnSurvey('anew', jobs, signal)
  if (age(before.readAt) < maxAgeWhileBusyMs && (await isBusy(jobs))) throw later()
  const changed = networks.find((network) => network.name === name)
  if (changed === undefined) return
  const touched = networks.filter((network) => touches(changed, network))
  const inventory = await catalog.current(maxAgeMs, signal)
  const azure = onAzure(inventory)
  const names = namesOf(azure, before, targets)
  if (!knowsAll(before, names, networks)) return await workOnSurvey('anew', jobs, signal)
  const seen = await surveyOf(azure, names, inventory, { ...jobs, networks: touched }, signal)
  const namesIn = (some: readonly Network[]) => some.map((network) => network.name)
  // Another worker may have surveyed the others meanwhile.
  await survey.write(withNetworks((await survey.read()) ?? before, seen, namesIn(touched), namesIn(networks)))
}

/** Whether each service with a private host was looked for in every network: of one that is new, the endpoints in other networks would count as gone. */
function knowsAll({ unread, ...table }: Survey, names: Survey['names'], networks: readonly Network[]): boolean {
  const known = new Set(cellsOf(table).map(({ service, network }) => `${service.id} ${network}`))
  const read = networks.filter(({ name }) => !unread.some(({ network }) => network === name))
  const reachable = Object.entries(names).flatMap(([id, { host }]) => (host === undefined ? [] : [id]))
  return reachable.every((id) => read.every(({ name }) => known.has(`${id} ${name}`)))
}

function touches(changed: Network, network: Network): boolean {
  const zones = ({ dns }: Network) => `${dns.subscription}/${dns.resourceGroup}`
  return sameId(vnetId(changed), vnetId(network)) || sameId(zones(changed), zones(network))
}

function onAzure({ services }: Inventory): readonly Service[] {
  return services.filter(({ provider }) => provider === 'azure')
}

function namesOf(services: readonly Service[], before: Survey | undefined, targets: Targets): Record<string, PrivateName> {
  return Object.fromEntries(services.map(({ id }) => [id, targets.known(id) ?? before?.names[id] ?? { readAt: never }]))
}

function isOld(keys: Survey['keys']): boolean {
  return keys === undefined || age(keys.readAt) >= keysMaxAgeMs
}

async function judgeKeys({ organizations, clouds, log }: SurveyJobs, signal: AbortSignal): Promise<NonNullable<Survey['keys']>> {
  const withoutAdmin: string[] = []
  for (const { organizationId } of organizations) {
    const lacks = await lacksAdmin(organizationId, clouds.clickhouse, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      log.info({ err: error, organization: organizationId }, 'the role of the API key is not known')
      return false
    })
    if (lacks) withoutAdmin.push(organizationId)
  }
  return { readAt: new Date().toISOString(), withoutAdmin }
}

/**
 * Reads the names of services that are not known, for up to `learnForMs`, as fast as the budget allows. In a random order, so that those that cannot be read
 * do not block the others for ever. Stops when a request is worked on.
 */
async function learnSome(
  services: readonly Service[],
  names: Readonly<Record<string, PrivateName>>,
  jobs: SurveyJobs,
  signal: AbortSignal,
): Promise<Readonly<Record<string, PrivateName>>> {
  const { targets, log } = jobs
  const until = performance.now() + learnForMs
  const unknown = inRandomOrder(services.filter(({ id }) => age(names[id]?.readAt ?? never) >= namesMaxAgeMs))
  const learned: Record<string, PrivateName> = {}
  let failures = 0
  while (unknown.length > 0 && failures < mostFailures && performance.now() < until && !(await isBusy(jobs))) {
    for (const service of unknown.splice(0, learnAtOnce)) {
      try {
        learned[service.id] = await learn(service, targets, signal)
      } catch (error) {
        signal.throwIfAborted()
        failures += 1
        log.warn({ err: error, service: service.id }, 'private name not read')
      }
    }
  }
  return learned
}

function inRandomOrder<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

function later(): RetryableError {
  return new RetryableError('survey-later', 'The last survey is recent, or a request is being worked on.', {
    remedy: 'None is needed.',
    retryAfterMs: 3_000,
  })
}

async function isBusy({ ledger }: SurveyJobs): Promise<boolean> {
  return (await ledger.open()).some(({ state }) => state === 'planning' || state === 'applying')
}

const never = new Date(0).toISOString()

function age(at: string): number {
  return Date.now() - Date.parse(at)
}

async function learn(service: Service, targets: Targets, signal: AbortSignal): Promise<PrivateName> {
  const readAt = new Date().toISOString()
  try {
    const { alias, host } = await targets.of(service, 0, signal)
    return { alias, host, readAt }
  } catch (error) {
    // The plan tier has no Private Link: stored as a name without a host.
    if (error instanceof TerminalError && error.code === 'service-without-private-link') return { readAt }
    throw error
  }
}

async function surveyOf(
  services: readonly Service[],
  names: Readonly<Record<string, PrivateName>>,
  inventory: Inventory,
  { networks, clouds, log }: SurveyJobs,
  signal: AbortSignal,
): Promise<Survey> {
  const readAt = new Date().toISOString()
  const reachable = services.flatMap((service) => {
    const { alias, host } = names[service.id] ?? {}
    return alias === undefined || host === undefined ? [] : [{ service, alias, host }]
  })
  // Each list is read once for all networks, and no link of another's zone is asked for by its id.
  const dns = clouds.dns.forReport(signal)
  const seen = await Promise.all(
    networks.map((network) =>
      readNetwork(network, reachable, { network: clouds.network, dns }, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        log.warn({ err: error, network: network.name }, 'network not surveyed')
        return { network: network.name, problem: toProblem(error).message }
      }),
    ),
  )
  const read = seen.filter((each) => 'endpoints' in each)
  return {
    readAt,
    names,
    unread: seen.filter((each) => 'problem' in each),
    stale: staleIn(inventory),
    workers: Object.fromEntries(await Promise.all(networks.map((network) => workersIn(network, clouds)))),
    ...tableOf(
      reachable.flatMap(({ service, alias, host }) =>
        read.map((network) => cellOf(service, { alias, host }, inventory.allowLists[service.id] ?? [], network)),
      ),
    ),
  }
}

function staleIn({ unread = [], services, keptFrom = {} }: Inventory): NonNullable<Survey['stale']> {
  return unread.map((organization) => {
    const id = services.find(({ organizationName }) => organizationName === organization)?.organizationId
    const readAt = id === undefined ? undefined : keptFrom[id]
    return { organization, ...(readAt !== undefined && { readAt }) }
  })
}

async function workersIn({ name }: Network, { prober }: SurveyJobs['clouds']): Promise<readonly [string, readonly string[]]> {
  return [name, (await prober.workers(name)).map(({ version }) => version)]
}

interface ReportClouds {
  readonly network: Clouds['network']
  readonly dns: ReturnType<Clouds['dns']['forReport']>
}

/** The endpoints and zones of one network that lead to these services. */
async function readNetwork(
  network: Network,
  services: readonly { readonly alias: string; readonly host: string }[],
  clouds: ReportClouds,
  signal: AbortSignal,
): Promise<SeenNetwork> {
  if (services.length === 0) return { network, endpoints: [], zones: [] }
  const [endpoints, zones] = await Promise.all([
    readEndpoints(network, services, clouds, signal),
    Promise.all([...new Set(services.map(({ host }) => zoneOf(host)))].map((name) => readZone(name, network, clouds, signal))),
  ])
  return { network, endpoints, zones: zones.filter((zone) => zone !== undefined) }
}

async function readEndpoints(
  network: Network,
  services: readonly { readonly alias: string }[],
  clouds: ReportClouds,
  signal: AbortSignal,
): Promise<readonly SeenEndpoint[]> {
  const { endpoints: all } = await clouds.network.endpoints(network, signal)
  const ours = all.filter(
    ({ connectsTo, subnetId: subnet }) => isInVnet(subnet, network) && services.some(({ alias }) => sameId(alias, connectsTo)),
  )
  const details = await Promise.all(ours.map(({ id }) => clouds.network.endpoint(id, signal)))
  return details.filter((endpoint) => endpoint !== undefined)
}

async function readZone(
  name: string,
  network: Network,
  clouds: ReportClouds,
  signal: AbortSignal,
): Promise<SeenZone | undefined> {
  const [zone] = await clouds.dns.zones(name, network, signal)
  if (zone === undefined) return undefined
  return { name, linked: zone.link?.completed === true, records: await clouds.dns.aRecords(zone, signal) }
}
