import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { ClickHouseService } from '../world.ts'
import { badRequest } from './envelope.ts'
import type { ApiRequest } from './route.ts'

const moment = z.iso.datetime({ offset: true })

/** Newest first, between two moments; other parameters are not known. */
export function listActivities({ caller, cloud, query }: ApiRequest) {
  for (const name of query.keys()) {
    if (name !== 'from_date' && name !== 'to_date') throw badRequest(`query parameter ${name} is not supported`)
  }
  const [from = 0, to = Number.POSITIVE_INFINITY] = ['from_date', 'to_date'].map((name) => momentIn(query, name))
  return cloud.world.activities
    .filter(({ organizationId, createdAt }) => {
      const at = Date.parse(createdAt)
      return organizationId === caller.organization.id && at >= from && at <= to
    })
    .toReversed()
}

function momentIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!moment.safeParse(text).success) throw badRequest(`query parameter ${name} is not a valid date-time`)
  return Date.parse(text)
}

/** Someone has changed the allow list of a service by this API. */
export function remember({ caller, cloud }: ApiRequest, service: ClickHouseService): void {
  cloud.world.activities.push({
    id: randomUUID(),
    createdAt: new Date().toISOString(),
    type: 'service_update_private_endpoints',
    actorType: 'api',
    actorId: caller.keyId,
    actorDetails: caller.keyId,
    organizationId: caller.organization.id,
    serviceId: service.id,
  })
}
