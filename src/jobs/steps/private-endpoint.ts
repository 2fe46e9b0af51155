import { type EndpointDetail, type EndpointSummary, serves } from '../../azure/network.ts'
import { TerminalError } from '../../domain/errors.ts'
import { isOurs, marks, tagText } from '../../domain/ownership.ts'
import { knownAfterApply } from '../../domain/plan.ts'
import { endpointName, networkInterfaceName } from '../../domain/resource-names.ts'
import { until } from '../patience.ts'
import type { Observation, Step, StepContext } from '../step.ts'
import { isDead, isFinished, ownName, usable } from './endpoints.ts'

/**
 * The private endpoint in the network's subnet that connects to the services' alias. One that is there already is used, whoever made it. One of ours
 * whose connection is dead is deleted and made again; its new GUID and address are then carried on by the steps that follow.
 */
export const privateEndpoint: Step = {
  id: 'private-endpoint',
  title: 'private endpoint',
  resource: ({ services: [{ service }], network }) => endpointName(service, network),
  needs: [],

  async plan(context) {
    const { network } = context.target
    const all = await context.clouds.network.endpoints(network, context.signal)
    const found = usable(all, context)
    if (found === undefined) return await absent(all, context)
    const endpoint = await context.clouds.network.endpoint(network, found.name, context.signal)
    if (endpoint?.provisioning === 'Failed' && !isOurs(endpoint.tags)) return theirs(endpoint, 'is Failed in Azure')
    if (endpoint === undefined || !isFinished(endpoint))
      return { change: { kind: 'create', fields: fieldsOf(context) }, facts: {} }
    return { change: { kind: 'none' }, facts: { endpoint }, note: noteOf(endpoint, context) }
  },

  async apply(context) {
    const { network, alias, services } = context.target
    const all = await context.clouds.network.endpoints(network, context.signal)
    const found = usable(all, context)
    if (found !== undefined && (found.provisioning !== 'Failed' || !isOurs(found.tags))) return await settle(found.name, context)
    const dead = remade(all, context)
    const name = dead?.name ?? ownName(context)
    const taken = named(all, name)
    // A write would make it ours; the next look says whose it is.
    if (taken !== undefined && !isOurs(taken.tags)) return
    const names = services.map(({ service }) => service.name).join(', ')
    const requestMessage = `${context.requestId}: ${names} from ${network.name}, asked by ${context.requester}`
    await context.fence()
    if (dead !== undefined) await context.clouds.network.deleteEndpoint(network, dead.name, context.signal)
    const tags = { ...network.tags, ...marks(context.requestId) }
    const nic = networkInterfaceName(services[0].service, network)
    const endpoint = { name, alias, requestMessage, tags, ...(nic !== undefined && { networkInterface: nic }) }
    await context.clouds.network.createEndpoint(network, endpoint, context.signal)
  },
}

async function absent(all: readonly EndpointSummary[], context: StepContext): Promise<Observation> {
  const { network, alias } = context.target
  const taken = remade(all, context) ?? named(all, ownName(context))
  if (taken === undefined) return { change: { kind: 'create', fields: fieldsOf(context) }, facts: {} }
  if (!serves(taken, alias, network)) {
    const what = taken.connectsTo || 'something else'
    return blocked(
      `${taken.name} exists, but connects to ${what} or lies in another subnet. Rename or delete it in Azure, then run setup again.`,
    )
  }
  if (!isOurs(taken.tags)) return theirs(taken, `has the connection ${taken.connection}, which cannot be undone`)
  const detail = await context.clouds.network.endpoint(network, taken.name, context.signal)
  const before = (value: string | undefined) => (value === undefined ? {} : { before: value })
  const fields = [
    { name: 'connection', before: taken.connection, after: 'made anew' },
    { name: 'GUID', ...before(detail?.guid), after: knownAfterApply },
    { name: 'address', ...before(detail?.address), after: knownAfterApply },
  ]
  return { change: { kind: 'update', fields }, facts: { replacedIds: detail?.guid === undefined ? [] : [detail.guid] } }
}

function theirs({ name, tags }: EndpointSummary, what: string): Observation {
  const whose = `and this bot did not make the endpoint (${tagText(tags)})`
  return blocked(`${name} ${what}, ${whose}. Ask its owner to delete it, then run setup again.`)
}

function blocked(reason: string): Observation {
  return { change: { kind: 'blocked', reason }, facts: {} }
}

function fieldsOf({ target: { network, alias, services } }: StepContext) {
  const nic = networkInterfaceName(services[0].service, network)
  const groups = network.applicationSecurityGroups.map((id) => id.slice(id.lastIndexOf('/') + 1)).join(', ')
  return [
    { name: 'location', after: network.location },
    { name: 'subnet', after: `${network.vnet}/${network.subnet}` },
    { name: 'alias', after: alias },
    ...(nic === undefined ? [] : [{ name: 'network interface', after: nic }]),
    ...(groups === '' ? [] : [{ name: 'application security groups', after: groups }]),
  ]
}

/** Waits for what an earlier run, or somebody else, began. */
async function settle(name: string, { target, clouds, signal }: StepContext): Promise<void> {
  const settled = async (): Promise<true | undefined> => {
    const endpoint = await clouds.network.endpoint(target.network, name, signal)
    return endpoint === undefined || isFinished(endpoint) || endpoint.provisioning === 'Failed' ? true : undefined
  }
  if ((await until(settled, { everyMs: 2_000, withinMs: 15 * 60_000 }, signal)) !== undefined) return
  throw new TerminalError('endpoint-not-provisioned', `Azure has not finished the private endpoint ${name} in 15 minutes.`, {
    remedy: 'Look at the endpoint in the Azure portal. When it is provisioned, run setup again.',
  })
}

/** Ours that connected this network to the alias, and never will again: it is made anew under its name, whatever service it was first made for. */
function remade(all: readonly EndpointSummary[], { target: { alias, network } }: StepContext): EndpointSummary | undefined {
  return all.find((endpoint) => serves(endpoint, alias, network) && isDead(endpoint) && isOurs(endpoint.tags))
}

function named(all: readonly EndpointSummary[], name: string): EndpointSummary | undefined {
  return all.find((endpoint) => endpoint.name.toLowerCase() === name.toLowerCase())
}

function noteOf(endpoint: EndpointDetail, context: StepContext): string {
  const name = endpoint.name.toLowerCase() === ownName(context).toLowerCase() ? [] : [endpoint.name]
  const owner = isOurs(endpoint.tags) ? [] : ['not made by this bot']
  return [...name, ...owner, `GUID ${endpoint.guid ?? 'unknown'}`, endpoint.address ?? 'no address'].join(' · ')
}
