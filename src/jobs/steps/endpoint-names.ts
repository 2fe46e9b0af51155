import { type EndpointSummary, endpointId, serves } from '../../azure/network.ts'
import { isOurs } from '../../domain/ownership.ts'
import { apartBy, endpointName, networkInterfaceName } from '../../domain/resource-names.ts'
import { type Network, sameId } from '../../domain/target.ts'
import { isDead, ownName, usable } from './endpoints.ts'
import type { StepContext } from './step.ts'

/** Ours that connected this network to the alias, and never will again: it is made anew under its name, whatever service it was first made for. */
export function remade(
  all: readonly EndpointSummary[],
  { target: { alias, network } }: StepContext,
): EndpointSummary | undefined {
  return all.find((endpoint) => serves(endpoint, alias, network) && isDead(endpoint) && isOurs(endpoint.tags))
}

/** The endpoint of this name among those that the bot makes for the network. */
export function named(all: readonly EndpointSummary[], name: string, network: Network): EndpointSummary | undefined {
  return all.find(({ id }) => sameId(id, endpointId(network, name)))
}

/** Ours that Azure could not make: it is written once more, whatever service it was first made for. */
function failed(all: readonly EndpointSummary[], context: StepContext): EndpointSummary | undefined {
  const best = usable(all, context)
  return best?.provisioning === 'Failed' && isOurs(best.tags) ? best : undefined
}

interface Names {
  readonly name: string
  readonly networkInterface?: string
}

/** What is to be made is named as usual, except where that name belongs to an endpoint that leads elsewhere. */
export function namesFor(all: readonly EndpointSummary[], context: StepContext): Names {
  const { network, alias, services } = context.target
  const [{ service }] = services
  const usual = named(all, ownName(context), network)
  const apart = usual === undefined || serves(usual, alias, network) ? '' : apartBy(alias, network)
  const again = remade(all, context) ?? failed(all, context)
  const kept = again !== undefined && named(all, again.name, network)?.id === again.id
  const networkInterface = networkInterfaceName(service, network, apart)
  return {
    name: kept ? again.name : endpointName(service, network, apart),
    ...(networkInterface !== undefined && { networkInterface }),
  }
}
