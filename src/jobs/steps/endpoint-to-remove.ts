import { serves } from '../../azure/network.ts'
import { sameId } from '../../domain/target.ts'
import type { Step, StepContext } from '../step.ts'
import { endpointInPlace } from './endpoint-in-place.ts'
import { isDead, otherEndpoints, ownName } from './endpoints.ts'
import { isOurEntry } from './organization-entry.ts'

/**
 * The endpoint that is to be taken away, in whatever state it is. Where there is none any more, what it has left behind in the lists still goes: it is
 * known by the description of its organization entry.
 */
export const endpointToRemove: Step = {
  ...endpointInPlace,

  async plan(context) {
    const { target, clouds, signal } = context
    const { endpoints: all } = await clouds.network.endpoints(target.network, signal)
    const serving = all.filter((endpoint) => serves(endpoint, target.alias, target.network))
    const name = ownName(context).toLowerCase()
    const [found] = serving.toSorted((a, b) => rank(a) - rank(b))
    const endpoint = found && (await clouds.network.endpoint(found.id, signal))
    if (endpoint !== undefined) {
      const address = endpoint.address ?? 'no address'
      return { change: { kind: 'none' }, facts: { endpoint }, note: `${endpoint.name} · ${address}` }
    }
    return { change: { kind: 'none' }, facts: { ghost: await ghostOf(context) }, note: 'not there' }

    function rank(endpoint: (typeof all)[number]): number {
      return (isDead(endpoint) ? 2 : 0) + (endpoint.name.toLowerCase() === name ? 0 : 1)
    }
  },
}

/** Our organization entries for this network that belong to none of its endpoints, and the addresses of those. */
async function ghostOf(context: StepContext): Promise<NonNullable<StepContext['facts']['ghost']>> {
  const { target, clouds, signal } = context
  const [{ privateEndpoints }, live] = await Promise.all([
    clouds.clickhouse.organization(target.services[0].service.organizationId, signal),
    otherEndpoints(context, undefined),
  ])
  const ids = privateEndpoints
    .filter((entry) => isOurEntry(entry, target.network.name))
    .filter(({ id }) => !live.some((endpoint) => sameId(endpoint.guid, id) || sameId(endpoint.id, id)))
    .map(({ id }) => id)
  return { ids, otherAddresses: live.flatMap(({ address }) => address ?? []) }
}
