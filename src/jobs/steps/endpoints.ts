import { type EndpointDetail, type EndpointSummary, serves } from '../../azure/network.ts'
import { endpointName } from '../../domain/resource-names.ts'
import { type Network, sameId, vnetId } from '../../domain/target.ts'
import type { StepContext } from '../step.ts'

/** A Rejected connection cannot be approved any more, and the other side of a Disconnected one is gone: neither can be used. */
export function isDead({ connection }: EndpointSummary): boolean {
  return connection === 'Rejected' || connection === 'Disconnected'
}

export function isFinished(endpoint: EndpointDetail): boolean {
  return endpoint.provisioning === 'Succeeded' && endpoint.guid !== undefined && endpoint.address !== undefined
}

/** The name that a new endpoint of this target gets. */
export function ownName({ target }: StepContext): string {
  return endpointName(target.services[0].service, target.network)
}

/** An endpoint that connects this network to the alias, the one with our name before others. */
export function usable(all: readonly EndpointSummary[], context: StepContext): EndpointSummary | undefined {
  const { alias, network } = context.target
  const candidates = all.filter((endpoint) => serves(endpoint, alias, network) && !isDead(endpoint))
  const name = ownName(context).toLowerCase()
  return candidates.find((endpoint) => endpoint.name.toLowerCase() === name) ?? candidates[0]
}

/** A live endpoint and the network in whose VNet it lies. */
export interface PlacedEndpoint extends EndpointDetail {
  readonly network: string
}

/** Live endpoints of all configured networks other than this one: networks may share a zone, and what one sets up may be another's. */
export async function otherEndpoints(
  { configured: { networks }, clouds, signal }: StepContext,
  id: string | undefined,
): Promise<readonly PlacedEndpoint[]> {
  const found = await Promise.all(
    networks.map(async (network) => {
      const all = await clouds.network.endpoints(network, signal)
      const others = all.filter((endpoint) => !sameId(endpoint.id, id) && !isDead(endpoint) && liesIn(endpoint, network))
      const details = await Promise.all(others.map(({ name }) => clouds.network.endpoint(network, name, signal)))
      return details.flatMap((endpoint) => (endpoint === undefined ? [] : [{ ...endpoint, network: network.name }]))
    }),
  )
  return found.flat()
}

/** In the network's VNet, whatever the subnet. */
function liesIn({ subnetId: subnet }: EndpointSummary, network: Network): boolean {
  return subnet.toLowerCase().startsWith(`${vnetId(network)}/`.toLowerCase())
}
