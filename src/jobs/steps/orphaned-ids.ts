import { connectsByAlias, type EndpointDetail } from '../../azure/network.ts'
import { sameId } from '../../domain/target.ts'
import { isIdOf } from './allow-lists.ts'
import { givenIds, listWithKnown } from './endpoints.ts'
import { ourEntriesAmong } from './organization-entry.ts'
import type { OrganizationEntries, StepContext } from './step.ts'

/**
 * Ids of deleted endpoints that are still on a list. An id is one when no endpoint of the configured networks has it, and it is provably this bot's: it is
 * registered with this bot's description for this network, or it is the Resource ID that this bot gives the endpoint of a service.
 */
export async function orphanedIdsAmong(
  ids: readonly string[],
  { entries }: OrganizationEntries,
  context: StepContext,
): Promise<readonly string[]> {
  const { facts } = context
  const registered = (await ourEntriesAmong(entries, context)).map(({ id }) => id)
  const given = [...(facts.allowLists?.values() ?? [])].flatMap((service) => givenIds(service, context))
  const ours = [...registered, ...given]
  const suspects = [...new Set(ids)].filter((id) => !isIdOf(id, facts.endpoint) && ours.some((each) => sameId(each, id)))
  if (suspects.length === 0) return []
  const { existing, partial } = await everyEndpoint(context)
  // While the GUID of one endpoint is unknown, or an endpoint may lie where nobody could look, any GUID may be its own.
  const guidsAreKnown = !partial && existing.every(({ guid }) => guid !== undefined)
  return suspects.filter((id) => (guidsAreKnown || id.startsWith('/')) && !existing.some((endpoint) => isIdOf(id, endpoint)))
}

/** The private endpoints of the configured networks that connect by an alias; `partial`: only of the resource groups that could be listed. */
async function everyEndpoint(
  context: StepContext,
): Promise<{ readonly existing: readonly EndpointDetail[]; readonly partial: boolean }> {
  const { configured, clouds, signal } = context
  const lists = await Promise.all(configured.networks.map((network) => listWithKnown(network, context)))
  const all = lists.flatMap(({ endpoints }) => endpoints).filter(connectsByAlias)
  const ids = new Set(all.map(({ id }) => id))
  const found = await Promise.all([...ids].map((id) => clouds.network.endpoint(id, signal)))
  return { existing: found.filter((endpoint) => endpoint !== undefined), partial: lists.some(({ partial }) => partial) }
}
