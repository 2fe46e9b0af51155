import { TerminalError, toProblem } from '../domain/errors.ts'
import { cellOf, type PrivateName, type SeenEndpoint, type SeenNetwork, type SeenZone, type Survey } from '../domain/survey.ts'
import { type Network, type Service, sameId, subnetId, zoneOf } from '../domain/target.ts'
import type { Log } from '../log.ts'
import type { Producer } from '../redis/producer.ts'
import type { Inventory } from '../redis/records.ts'
import type { SurveyStore } from '../redis/survey.ts'
import { repeat } from '../repeat.ts'
import type { Catalog } from './inventory.ts'
import type { Clouds } from './step.ts'
import type { Targets } from './target.ts'

export interface SurveyJobs {
  readonly networks: readonly Network[]
  readonly catalog: Catalog
  readonly targets: Targets
  readonly clouds: Pick<Clouds, 'network' | 'dns'>
  readonly survey: SurveyStore
  readonly log: Log
}

/** The survey is as young as this, whoever asks. */
const maxAgeMs = 5 * 60_000
/** A survey that young is not made again. */
const youngMs = 5_000
/** One alias is read each time, so slowly that people's requests never wait for the budget of the ClickHouse Cloud API. */
const learnEveryMs = 30_000
/** Aliases and host names hardly ever change. */
const namesMaxAgeMs = 24 * 3_600_000

/** Has the survey made anew when it is old, or while there is something to learn. Any number of processes may do so. */
export function startSurveys({ survey, producer, log }: Pick<SurveyJobs, 'survey' | 'log'> & { readonly producer: Producer }): {
  close(): void
} {
  return repeat('survey', learnEveryMs, log, async () => {
    const last = await survey.read()
    if (last === undefined || age(last.readAt) >= maxAgeMs) await producer.work({ kind: 'survey', id: 'anew' })
    else if (Object.values(last.names).some(({ readAt }) => age(readAt) >= namesMaxAgeMs))
      await producer.work({ kind: 'survey', id: 'more' })
  })
}

/**
 * Reads services and networks for `status`; with `more`, allow lists may be as old as the inventory, as it is only about a name that was missing.
 * Only reads; may run twice.
 */
export async function workOnSurvey(which: 'anew' | 'more', jobs: SurveyJobs, signal: AbortSignal): Promise<void> {
  const { catalog, survey, targets, log } = jobs
  const before = await survey.read()
  if (before !== undefined && age(before.readAt) < youngMs) return
  const inventory = await catalog.current(which === 'more' ? maxAgeMs : youngMs, signal)
  const azure = inventory.services.filter(({ provider }) => provider === 'azure')
  const names = Object.fromEntries(
    azure.map(({ id }): [string, PrivateName] => [id, targets.known(id) ?? before?.names[id] ?? { readAt: never }]),
  )
  const unknown = azure.filter(({ id }) => age(names[id]?.readAt ?? never) >= namesMaxAgeMs)
  // Any of them, so that one that cannot be read does not keep the others waiting.
  const next = unknown[Math.floor(Math.random() * unknown.length)]
  if (next !== undefined) {
    const learned = await learn(next, targets, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      log.warn({ err: error, service: next.id }, 'private name not read')
    })
    if (learned !== undefined) names[next.id] = learned
  }
  await survey.write(await look(azure, names, inventory, jobs, signal))
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
    // No Private Link on this plan tier: that is known now, too.
    if (error instanceof TerminalError && error.code === 'service-without-private-link') return { readAt }
    throw error
  }
}

async function look(
  services: readonly Service[],
  names: Readonly<Record<string, PrivateName>>,
  { allowLists }: Inventory,
  { networks, clouds, log }: SurveyJobs,
  signal: AbortSignal,
): Promise<Survey> {
  const readAt = new Date().toISOString()
  const reachable = services.flatMap((service) => {
    const { alias, host } = names[service.id] ?? {}
    return alias === undefined || host === undefined ? [] : [{ service, alias, host }]
  })
  const seen = await Promise.all(
    networks.map((network) =>
      see(network, reachable, clouds, signal).catch((error: unknown) => {
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
    cells: reachable.flatMap(({ service, alias, host }) =>
      read.map((network) => cellOf(service, { alias, host }, allowLists[service.id] ?? [], network)),
    ),
  }
}

/** What of one network matters to these services. */
async function see(
  network: Network,
  services: readonly { readonly alias: string; readonly host: string }[],
  clouds: SurveyJobs['clouds'],
  signal: AbortSignal,
): Promise<SeenNetwork> {
  const [endpoints, zones] = await Promise.all([
    seeEndpoints(network, services, clouds, signal),
    Promise.all([...new Set(services.map(({ host }) => zoneOf(host)))].map((name) => seeZone(name, network, clouds, signal))),
  ])
  return { network, endpoints, zones: zones.filter((zone) => zone !== undefined) }
}

async function seeEndpoints(
  network: Network,
  services: readonly { readonly alias: string }[],
  clouds: SurveyJobs['clouds'],
  signal: AbortSignal,
): Promise<readonly SeenEndpoint[]> {
  const all = await clouds.network.endpoints(network, signal)
  const ours = all.filter(
    ({ connectsTo, subnetId: subnet }) =>
      sameId(subnet, subnetId(network)) && services.some(({ alias }) => sameId(alias, connectsTo)),
  )
  const details = await Promise.all(ours.map(({ name }) => clouds.network.endpoint(network, name, signal)))
  return details.filter((endpoint) => endpoint !== undefined)
}

async function seeZone(
  name: string,
  network: Network,
  clouds: SurveyJobs['clouds'],
  signal: AbortSignal,
): Promise<SeenZone | undefined> {
  const [zone] = await clouds.dns.zones(name, network, signal)
  if (zone === undefined) return undefined
  return { name, linked: zone.link?.completed === true, records: await clouds.dns.aRecords(zone, signal) }
}
