import type { EndpointSummary } from '../../azure/network.ts'
import { recordFor, zoneNameOf } from '../../domain/target.ts'
import { leadsTo } from './dns-record.ts'
import { isDead, serving } from './endpoints.ts'
import type { StepContext } from './step.ts'

/** The endpoint to use. Of several, the one that the first service's name leads to already: any other would need another record. */
export async function chosen<Seen extends EndpointSummary>(
  all: readonly Seen[],
  context: StepContext,
): Promise<Seen | undefined> {
  const candidates = serving(all, context).filter((endpoint) => !isDead(endpoint))
  const [best, ...others] = candidates
  if (best === undefined || others.length === 0) return best
  const { target, clouds, signal } = context
  const [zone] = await clouds.dns.zones(zoneNameOf(target), target.network, signal)
  if (zone?.link === undefined) return best
  const records = await clouds.dns.aRecords(zone, signal)
  const record = recordFor(target.services[0].host, records)
  if (record === undefined) return best
  const details = await Promise.all(candidates.map(({ id }) => clouds.network.endpoint(id, signal)))
  return candidates[details.findIndex((endpoint) => leadsTo(record, endpoint?.address))] ?? best
}
