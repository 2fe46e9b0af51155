import { type EndpointSummary, endpointId, serves } from '../../azure/network.ts'
import { isOurs } from '../../domain/ownership.ts'
import { endpointName, networkInterfaceName, suffixFor } from '../../domain/resource-names.ts'
import { type Network, sameId } from '../../domain/target.ts'
import { isDead, ownName, usable } from './endpoints.ts'
import type { StepContext } from './step.ts'

/** The dead endpoint of this bot that connects this network to the alias: it is replaced under its name, whatever service it was first made for. */
export function toReplace(all: readonly EndpointSummary[], context: StepContext): EndpointSummary | undefined {
  const { alias, network } = context.target
  return all.find((endpoint) => serves(endpoint, alias, network) && isDead(endpoint) && isOurs(endpoint.tags, context.maker))
}

/** The endpoint of this name among those that the bot makes for the network. */
export function endpointNamed(all: readonly EndpointSummary[], name: string, network: Network): EndpointSummary | undefined {
  return all.find(({ id }) => sameId(id, endpointId(network, name)))
}

/** The endpoint of this bot that Azure failed to make: it is written again, whatever service it was first made for. */
function failed(all: readonly EndpointSummary[], context: StepContext): EndpointSummary | undefined {
  const best = usable(all, context)
  return best?.provisioning === 'Failed' && isOurs(best.tags, context.maker) ? best : undefined
}

interface Names {
  readonly name: string
  readonly networkInterface?: string
}

/** Names for the endpoint to make: the usual ones, with a suffix where the usual name belongs to an endpoint that leads elsewhere. */
export function namesFor(all: readonly EndpointSummary[], context: StepContext): Names {
  const { network, alias, services } = context.target
  const [{ service }] = services
  const usual = endpointNamed(all, ownName(context), network)
  const suffix = usual === undefined || serves(usual, alias, network) ? '' : suffixFor(alias, network)
  const again = toReplace(all, context) ?? failed(all, context)
  const kept = again !== undefined && endpointNamed(all, again.name, network)?.id === again.id
  const networkInterface = networkInterfaceName(service, network, suffix)
  return {
    name: kept ? again.name : endpointName(service, network, suffix),
    ...(networkInterface !== undefined && { networkInterface }),
  }
}
