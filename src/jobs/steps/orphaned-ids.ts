import { connectsByAlias, type EndpointDetail, endpointId } from '../../azure/network.ts'
import { apartBy, endpointName } from '../../domain/resource-names.ts'
import { type Service, sameId } from '../../domain/target.ts'
import { isIdOf } from './allow-lists.ts'
import { isOurEntry } from './organization-entry.ts'
import type { OrganizationEntries, StepContext } from './step.ts'

/**
 * Those of the ids that an endpoint has left behind which is gone: this bot has registered them for this network, or they are the Resource ID that it
 * gives the endpoint of a service; and no endpoint has them, whatever its VNet and its state. Nobody else's id is ever among them.
 */
export async function orphanedIdsAmong(
  ids: readonly string[],
  { entries }: OrganizationEntries,
  context: StepContext,
): Promise<readonly string[]> {
  const { facts, target } = context
  const registered = entries.filter((entry) => isOurEntry(entry, target.network.name)).map(({ id }) => id)
  const given = [...(facts.allowLists?.values() ?? [])].flatMap((service) => givenIds(service, context))
  const ours = [...registered, ...given]
  const suspects = [...new Set(ids)].filter((id) => !isIdOf(id, facts.endpoint) && ours.some((each) => sameId(each, id)))
  if (suspects.length === 0) return []
  const existing = await everyEndpoint(context)
  // Where Azure does not tell an endpoint's GUID, it may be any.
  const isTold = existing.every(({ guid }) => guid !== undefined)
  return suspects.filter((id) => (isTold || id.startsWith('/')) && !existing.some((endpoint) => isIdOf(id, endpoint)))
}

/** The Resource IDs that an endpoint may get from this bot when the service is named first. */
export function givenIds(service: Pick<Service, 'name'>, { target: { alias, network } }: StepContext): readonly string[] {
  const names = ['', apartBy(alias, network)].map((apart) => endpointName(service, network, apart))
  return names.map((name) => endpointId(network, name))
}

/** All private endpoints that may be known to ClickHouse Cloud. */
async function everyEndpoint({ configured, clouds, signal }: StepContext): Promise<readonly EndpointDetail[]> {
  const lists = await Promise.all(configured.networks.map((network) => clouds.network.endpoints(network, signal)))
  const all = lists.flatMap(({ endpoints }) => endpoints).filter(connectsByAlias)
  const ids = new Set(all.map(({ id }) => id))
  const found = await Promise.all([...ids].map((id) => clouds.network.endpoint(id, signal)))
  return found.filter((endpoint) => endpoint !== undefined)
}
