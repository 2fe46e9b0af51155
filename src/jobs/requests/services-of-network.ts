import { connectsByAlias } from '../../azure/network.ts'
import { RetryableError, TerminalError } from '../../domain/errors.ts'
import { isInVnet, type Network, type Service, sameId } from '../../domain/target.ts'
import type { Clouds } from '../clouds.ts'
import type { Catalog } from '../services/inventory.ts'
import type { PrivateService, Targets } from '../services/target.ts'

interface ReachedSources {
  readonly catalog: Pick<Catalog, 'current'>
  readonly targets: Targets
  readonly clouds: Pick<Clouds, 'network'>
  /** ARM ids of endpoints that Azure's lists may lack yet. */
  readonly knownEndpoints: (network: Network) => Promise<readonly string[]>
}

/** The services whose allow lists name an endpoint of the network, read now. Throws a `TerminalError` (`nothing-reached`) when there are none. */
export async function servicesReachedFrom(
  network: Network,
  { catalog, targets, clouds, knownEndpoints }: ReachedSources,
  signal: AbortSignal,
): Promise<readonly PrivateService[]> {
  const [{ services, allowLists, unread = [] }, ids] = await Promise.all([
    catalog.current(0, signal),
    endpointIds(network, await knownEndpoints(network), clouds, signal),
  ])
  if (unread.length > 0) {
    throw new RetryableError('organization-unread', `ClickHouse Cloud did not list the services of ${unread.join(', ')}.`, {
      remedy:
        'Name the services, or run the command again in a few minutes; if it stays so, check the API key of that organization.',
    })
  }
  const lists = ({ id }: Service) => (allowLists[id] ?? []).some((entry) => ids.some((each) => sameId(each, entry)))
  const reached = services.filter((service) => service.provider === 'azure' && lists(service))
  if (reached.length === 0) {
    throw new TerminalError('nothing-reached', `No service lists a private endpoint of ${network.name}.`, {
      remedy: `To take away what is left of one service, name it: teardown SERVICE in ${network.name}.`,
    })
  }
  return await Promise.all(reached.map((service) => targets.of(service, 0, signal)))
}

async function endpointIds(
  network: Network,
  known: readonly string[],
  clouds: Pick<Clouds, 'network'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { endpoints } = await clouds.network.endpoints(network, signal)
  const here = endpoints.filter((endpoint) => connectsByAlias(endpoint) && isInVnet(endpoint.subnetId, network))
  const ids = new Set([...here.map(({ id }) => id), ...known].map((id) => id.toLowerCase()))
  const details = await Promise.all([...ids].map((id) => clouds.network.endpoint(id, signal)))
  return details.flatMap((endpoint) => [endpoint?.guid ?? [], endpoint?.id ?? []].flat())
}
