import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouseCloud } from '../../clickhouse/client.ts'
import type { WireActivity } from '../../clickhouse/wire.ts'
import { isInClickHouse } from '../../domain/diagnosis/changes.ts'
import type { Event, Look } from '../../domain/diagnosis/diagnosis.ts'
import type { Ledger } from '../../domain/ledger.ts'
import type { Request } from '../../domain/request.ts'
import type { Service } from '../../domain/target.ts'
import type { Log } from '../../log.ts'

interface ChangeSources {
  readonly clickhouse: Pick<ClickHouseCloud, 'activities'>
  readonly ledger: Pick<Ledger, 'newest'>
  readonly log: Log
}

/** How long reading who changed what may delay a diagnosis, in milliseconds. */
const withinMs = 1_200
/** The most requests that are read, and the most events that are returned; the newest of each. */
const most = { requests: 50, events: 5 }

/**
 * Adds who changed what since the service was last healthy, to each result in which something has changed: this bot's own requests, and the activities of
 * ClickHouse Cloud, read once for all results. What cannot be read in time is left out.
 */
export async function withWhoChanged(
  looks: readonly Look[],
  service: Service,
  sources: ChangeSources,
  signal: AbortSignal,
): Promise<readonly Look[]> {
  const changed = looks.flatMap(({ since }) => (since === undefined || since.changes.length === 0 ? [] : [since]))
  const [from] = changed.map(({ lastHealthyAt }) => lastHealthyAt).toSorted()
  if (from === undefined) return looks
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const inTime = async (reading: Promise<readonly Event[]>): Promise<readonly Event[]> => {
    try {
      return (await Promise.race([reading, sleep(withinMs, undefined, { signal: both })])) ?? []
    } catch (error) {
      signal.throwIfAborted()
      sources.log.info({ err: error }, 'who changed what was not read')
      return []
    }
  }
  try {
    const asks = changed.some(({ changes }) => changes.some(isInClickHouse))
    const [own, theirs] = await Promise.all([
      inTime(ownRequests(service, from, sources)),
      asks ? inTime(activitiesOf(service, from, sources, both)) : [],
    ])
    const events = [...own, ...theirs].toSorted((a, b) => (a.at < b.at ? -1 : 1))
    return looks.map((look) => withEvents(look, events))
  } finally {
    over.abort()
  }
}

function withEvents(look: Look, all: readonly Event[]): Look {
  const { since } = look
  if (since === undefined || since.changes.length === 0) return look
  const events = all.filter(({ at }) => at >= since.lastHealthyAt).slice(-most.events)
  return events.length === 0 ? look : { ...look, since: { ...since, events } }
}

/** This bot's requests since `from` that changed something for this service. */
async function ownRequests({ id }: Service, from: string, { ledger }: ChangeSources): Promise<readonly Event[]> {
  const requests = await ledger.newest(most.requests)
  return requests.flatMap((request): readonly Event[] => {
    const at = changedAt(request)
    const isOurs = request.plan?.services.some(({ service }) => service.id === id) === true
    if (!isOurs || at === undefined || at < from) return []
    const { action, asked } = request
    return [{ at, what: `${action} ${request.id} for ${asked.network}`, by: asked.by.name }]
  })
}

/** When the last step that changed something ended; undefined when none did. */
function changedAt({ steps }: Request): string | undefined {
  const moments = Object.values(steps).flatMap(({ changed, startedAt, finishedAt = startedAt }) => (changed ? [finishedAt] : []))
  return moments.toSorted().at(-1)
}

const activities: Readonly<Record<string, string>> = {
  service_update_private_endpoints: 'allow list changed',
  service_start: 'service started',
  service_stop: 'service stopped',
  service_idle: 'service idled',
  service_awaken: 'service woken',
}

async function activitiesOf(
  service: Service,
  from: string,
  { clickhouse }: ChangeSources,
  signal: AbortSignal,
): Promise<readonly Event[]> {
  const all = await clickhouse.activities(service.organizationId, from, signal)
  return all.flatMap((activity): readonly Event[] => {
    const { type = '', serviceId, createdAt } = activity
    const what = activities[type]
    if (what === undefined || serviceId !== service.id || createdAt === undefined) return []
    return [{ at: new Date(createdAt).toISOString(), what, by: actorOf(activity) }]
  })
}

const actors: Readonly<Record<string, string>> = { api: 'API key', support: 'ClickHouse support', system: 'ClickHouse Cloud' }

function actorOf({ actorType = '', actorId, actorDetails }: WireActivity): string {
  const name = actorDetails ?? actorId
  if (actorType === 'support' || actorType === 'system' || name === undefined) return actors[actorType] ?? 'somebody'
  return actorType === 'api' ? `${actors.api} “${name}”` : name
}
