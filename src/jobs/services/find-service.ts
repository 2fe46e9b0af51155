import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError, TerminalError } from '../../domain/errors.ts'
import { servicesMeant } from '../../domain/service-words.ts'
import type { PrivateName } from '../../domain/survey.ts'
import { nearest, type Service, type ServiceWords, sameId } from '../../domain/target.ts'
import type { InventoryStore } from '../../redis/records.ts'
import type { SurveyStore } from '../../redis/survey.ts'
import { retrying } from '../retry.ts'
import type { Catalog } from './inventory.ts'
import type { PrivateService, Targets } from './target.ts'

/** Finds the service that a person means: by fresh lists of ClickHouse Cloud, or by stored ones while it does not answer. */

export interface NameJobs {
  readonly catalog: Pick<Catalog, 'resolve'>
  readonly targets: Targets
  readonly inventory: Pick<InventoryStore, 'read'>
  readonly survey: Pick<SurveyStore, 'read' | 'names' | 'learn'>
}

/** How old names, aliases and hosts may be, in milliseconds: they change slowly, and reading them again would delay the answer. */
const namesMaxAgeMs = 10 * 60_000

/** How long to wait for ClickHouse Cloud, in milliseconds. */
const nameLimits = {
  /** Until stored names are used, however old. */
  namesWithinMs: 1_500,
  /** Until the search fails, where nothing is stored of the service. */
  unknownWithinMs: 4_000,
}

/** Errors that the person's words cause: a stored list would cause them too. */
const errorsOfWords = new Set(['service-unknown', 'service-ambiguous', 'service-not-on-azure', 'service-without-private-link'])

/** The service that is meant, with its alias and private host. Within `unknownWithinMs` it returns, or throws an error that says why not. */
export async function nameOf(
  asked: ServiceWords,
  jobs: NameJobs,
  signal: AbortSignal,
  { namesWithinMs, unknownWithinMs } = nameLimits,
): Promise<PrivateService> {
  const byHost = hostsIn(await jobs.survey.names()).find(({ host }) => sameHost(host, asked.service))
  const words = byHost === undefined ? asked : { service: byHost.id }
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const fresh = freshName(words, jobs, both)
  fresh.catch(() => undefined)
  const within = (ms: number) => Promise.race([fresh, sleep(ms, undefined, { signal: both })])
  try {
    const early =
      (await within(namesWithinMs)) ?? (await lastName(words, jobs)) ?? (await within(unknownWithinMs - namesWithinMs))
    if (early !== undefined) return early
    throw new RetryableError(
      'names-slow',
      `ClickHouse Cloud did not answer within ${unknownWithinMs / 1_000} s which service "${asked.service}" is, and no earlier answer is stored.`,
      { remedy: 'Run it again in a minute; if it stays so, look at the status page of ClickHouse Cloud.' },
    )
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof TerminalError && errorsOfWords.has(error.code)) throw error
    const last = await lastName(words, jobs)
    if (last === undefined) throw error
    return last
  } finally {
    over.abort()
  }
}

async function freshName(words: ServiceWords, { catalog, targets }: NameJobs, signal: AbortSignal): Promise<PrivateService> {
  const service = await catalog.resolve(words, namesMaxAgeMs, signal)
  return await retrying(() => targets.of(service, namesMaxAgeMs, signal), signal)
}

/** The service as stored by the last survey; undefined when it is not stored, or when the words mean several. */
async function lastName(words: ServiceWords, { inventory, survey }: NameJobs): Promise<PrivateService | undefined> {
  const [known, seen, names] = await Promise.all([inventory.read(), survey.read(), survey.names()])
  const surveyed = (seen?.rows ?? []).map(({ service }) => service)
  const [service, ...more] = servicesMeant(known?.services ?? surveyed, words)
  // An old list does not prove that a service does not exist.
  if (service === undefined || more.length > 0) return undefined
  const { alias, host } = names[service.id] ?? {}
  return alias === undefined || host === undefined ? undefined : { service, alias, host }
}

/** A private host name as ClickHouse Cloud makes them, with its region. */
const privateHost = /^[a-z0-9-]+\.([a-z0-9-]+)\.privatelink\.azure\.clickhouse\.cloud\.?$/i

/** The most names that are read for one question: ClickHouse Cloud allows ten calls in ten seconds. */
const mostLearned = 4

/**
 * Whether the text is a host name of ClickHouse Cloud that belongs to no service, and the nearest host that does; undefined when it is no host name, or a
 * service's. Names in its region that were never read are read now; throws a `RetryableError` (`host-not-read`) when some are still unread.
 */
export async function strangeHost(
  text: string,
  jobs: NameJobs,
  signal: AbortSignal,
  { namesWithinMs } = nameLimits,
): Promise<{ readonly nearestHost?: string } | undefined> {
  if (!text.toLowerCase().includes('.clickhouse.cloud')) return undefined
  const names = await jobs.survey.names()
  if (hostsIn(names).some(({ host }) => sameHost(host, text))) return undefined
  const region = privateHost.exec(text)?.[1]
  if (region !== undefined) {
    const inventory = await jobs.inventory.read()
    const candidates = inventory?.services.filter((service) => mayBeIn(service, region) && !isRead(names[service.id])) ?? []
    const learned = await learnSome(
      candidates.slice(0, mostLearned),
      jobs,
      AbortSignal.any([signal, AbortSignal.timeout(namesWithinMs)]),
    )
    signal.throwIfAborted()
    if (hostsIn(learned).some(({ host }) => sameHost(host, text))) return undefined
    const left = candidates.length - Object.keys(learned).length
    if (inventory === undefined || left > 0) throw notRead(text, left)
  }
  const hosts = hostsIn(await jobs.survey.names()).map(({ host }) => host)
  const guess = nearest(text, hosts)
  return guess === undefined ? {} : { nearestHost: guess }
}

function mayBeIn({ provider, region }: Service, said: string): boolean {
  return provider === 'azure' && sameId(region, said)
}

async function learnSome(services: readonly Service[], { targets, survey }: NameJobs, signal: AbortSignal) {
  const readAt = new Date().toISOString()
  const found = await Promise.all(
    services.map(async (service): Promise<readonly [string, PrivateName][]> => {
      try {
        const { alias, host } = await targets.of(service, 0, signal)
        return [[service.id, { alias, host, readAt }]]
      } catch {
        return []
      }
    }),
  )
  const learned = Object.fromEntries(found.flat())
  await survey.learn(learned)
  return learned
}

function notRead(text: string, left: number): RetryableError {
  const which = left === 0 ? 'the services' : left === 1 ? 'one service of that region' : `${left} services of that region`
  return new RetryableError('host-not-read', `I have not read the private name of ${which} yet, so ${text} may be right.`, {
    remedy: 'Name the service in place of its host, or run it again in a minute.',
  })
}

/** Whether the name was read from ClickHouse Cloud, also when there is none. */
function isRead(name: PrivateName | undefined): boolean {
  return name !== undefined && Date.parse(name.readAt) > 0
}

function hostsIn(names: Readonly<Record<string, PrivateName>>) {
  return Object.entries(names).flatMap(([id, { host }]) => (host === undefined ? [] : [{ id, host }]))
}

function sameHost(host: string, text: string): boolean {
  return sameId(host, text.replace(/\.$/, ''))
}
