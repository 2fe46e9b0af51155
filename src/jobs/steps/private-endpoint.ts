import { type EndpointDetail, type EndpointSummary, serves } from '../../azure/network.ts'
import { TerminalError } from '../../domain/errors.ts'
import { marks } from '../../domain/ownership.ts'
import { endpointName } from '../../domain/resource-names.ts'
import { until } from '../patience.ts'
import type { Step, StepContext } from '../step.ts'

/** A Rejected connection cannot be approved any more, and the other side of a Disconnected one is gone: neither can be used. */
const dead = new Set(['Rejected', 'Disconnected'])

/** The private endpoint in the network's subnet that connects to the service's alias. One that is there already is used. */
export const privateEndpoint: Step = {
  id: 'private-endpoint',
  title: 'private endpoint',
  resource: ({ service, network }) => endpointName(service, network),
  needs: [],

  async plan(context) {
    const { network, alias, service } = context.target
    const name = endpointName(service, network)
    const all = await context.clouds.network.endpoints(network, context.signal)
    const found = usable(all, context)
    const taken = all.find((endpoint) => endpoint.name.toLowerCase() === name.toLowerCase())
    if (found === undefined && taken !== undefined)
      return { change: { kind: 'blocked', reason: whyBlocked(taken, context) }, facts: {} }
    const endpoint = found === undefined ? undefined : await context.clouds.network.endpoint(network, found.name, context.signal)
    if (endpoint !== undefined && isFinished(endpoint)) {
      return { change: { kind: 'none' }, facts: { endpoint }, note: noteOf(endpoint, name) }
    }
    const fields = [
      { name: 'location', after: network.location },
      { name: 'subnet', after: `${network.vnet}/${network.subnet}` },
      { name: 'alias', after: alias },
    ]
    return { change: { kind: 'create', fields }, facts: {} }
  },

  async apply(context) {
    const { network, alias, service } = context.target
    const found = usable(await context.clouds.network.endpoints(network, context.signal), context)
    if (found === undefined || found.provisioning === 'Failed') {
      const requestMessage = `${context.requestId}: ${service.name} from ${network.name}, asked by ${context.requester}`
      await context.fence()
      const tags = { ...network.tags, ...marks(context.requestId) }
      await context.clouds.network.createEndpoint(
        network,
        { name: endpointName(service, network), alias, requestMessage, tags },
        context.signal,
      )
      return
    }
    const settled = await until(
      async () => {
        const endpoint = await context.clouds.network.endpoint(network, found.name, context.signal)
        return endpoint === undefined || isFinished(endpoint) || endpoint.provisioning === 'Failed' ? true : undefined
      },
      { everyMs: 2_000, withinMs: 15 * 60_000 },
      context.signal,
    )
    if (settled === undefined) {
      throw new TerminalError(
        'endpoint-not-provisioned',
        `Azure has not finished the private endpoint ${found.name} in 15 minutes.`,
        {
          remedy: 'Look at the endpoint in the Azure portal. When it is provisioned, run setup again.',
        },
      )
    }
  },
}

function usable(all: readonly EndpointSummary[], { target }: StepContext): EndpointSummary | undefined {
  const candidates = all.filter((endpoint) => serves(endpoint, target.alias, target.network) && !dead.has(endpoint.connection))
  const name = endpointName(target.service, target.network).toLowerCase()
  return candidates.find((endpoint) => endpoint.name.toLowerCase() === name) ?? candidates[0]
}

function isFinished(endpoint: EndpointDetail): boolean {
  return endpoint.provisioning === 'Succeeded' && endpoint.guid !== undefined && endpoint.address !== undefined
}

function whyBlocked(taken: EndpointSummary, { target }: StepContext): string {
  if (serves(taken, target.alias, target.network)) {
    return `${taken.name} exists, and its connection is ${taken.connection}, which cannot be undone. Delete that endpoint in Azure, then run setup again.`
  }
  return `${taken.name} exists, but connects to ${taken.connectsTo || 'something else'} or lies in another subnet. Rename or delete it in Azure, then run setup again.`
}

function noteOf(endpoint: EndpointDetail, ownName: string): string {
  const name = endpoint.name.toLowerCase() === ownName.toLowerCase() ? [] : [endpoint.name]
  return [...name, `GUID ${endpoint.guid ?? 'unknown'}`, endpoint.address ?? 'no address'].join(' · ')
}
