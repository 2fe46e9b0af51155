import { type EndpointDetail, type EndpointList, type EndpointSummary, endpointId, serves } from '../../azure/network.ts'
import { TerminalError } from '../../domain/errors.ts'
import { isOurs, marked, tagText } from '../../domain/ownership.ts'
import { knownAfterApply } from '../../domain/plan.ts'
import { endpointName } from '../../domain/resource-names.ts'
import { sameId } from '../../domain/target.ts'
import { until } from '../retry.ts'
import { allListsOf, isIdOf } from './allow-lists.ts'
import { chosen } from './chosen-endpoint.ts'
import { endpointNamed, namesFor, toReplace } from './endpoint-names.ts'
import { endpointsNow, factsOf, isFinished, ownName } from './endpoints.ts'
import type { Observation, Step, StepContext } from './step.ts'

/**
 * The private endpoint in the network's VNet that connects to the services' alias. One that is there already is used, whoever made it, in whatever
 * resource group and subnet. A dead one of this bot is deleted and made again; the steps that follow then write its new GUID and address.
 */
export const privateEndpoint: Step = {
  id: 'private-endpoint',
  title: 'private endpoint',
  resource: ({ services: [{ service }], network }) => endpointName(service, network),
  needs: [],

  async plan(context) {
    const list = await endpointsNow(context)
    const endpoint = await chosen(list.endpoints, context)
    if (endpoint === undefined) return await absent(list, context)
    if (endpoint.provisioning === 'Failed' && !isOurs(endpoint.tags, context.maker)) return theirs(endpoint, 'is Failed in Azure')
    if (!isFinished(endpoint)) return creation(list, context)
    return {
      change: { kind: 'none' },
      facts: { endpoint },
      note: noteOf(endpoint, context),
      seen: { endpoint: factsOf(endpoint) },
    }
  },

  async apply(context) {
    const { network, alias, services } = context.target
    const { endpoints: all } = await endpointsNow(context)
    const found = await chosen(all, context)
    if (found !== undefined && (found.provisioning !== 'Failed' || !isOurs(found.tags, context.maker)))
      return await settle(found, context)
    const dead = toReplace(all, context)
    const wanted = namesFor(all, context)
    const taken = endpointNamed(all, wanted.name, network)
    // A write would put this bot's tags on somebody else's endpoint; the next observation reports it as blocked.
    if (taken !== undefined && !isOurs(taken.tags, context.maker)) return
    const names = services.map(({ service }) => service.name).join(', ')
    const requestMessage = `${context.maker.request}: ${names} from ${network.name}, asked by ${context.requester}`
    // Landing zones often forbid the zone: then no endpoint is left behind, which costs money.
    await context.facts.zoneAccepted?.promise
    await context.fence()
    if (dead !== undefined) await context.clouds.network.deleteEndpoint(dead.id, context.signal)
    const tags = marked(network.tags, context.maker)
    const isNew = await context.clouds.network.createEndpoint(network, { ...wanted, alias, requestMessage, tags }, context.signal)
    if (isNew) context.facts.endpointIsNew = true
  },
}

async function absent(list: EndpointList, context: StepContext): Promise<Observation> {
  const { network, alias } = context.target
  const { endpoints: all } = list
  const taken = toReplace(all, context) ?? endpointNamed(all, namesFor(all, context).name, network)
  if (taken === undefined) return creation(list, context)
  if (!serves(taken, alias, network)) {
    const what = taken.connectsTo || 'something else'
    return blocked(
      `${taken.name} exists, but connects to ${what} or lies in another VNet. Rename or delete it in Azure, then run setup again.`,
    )
  }
  if (!isOurs(taken.tags, context.maker)) return theirs(taken, `has the connection ${taken.connection}, which cannot be undone`)
  const detail = await context.clouds.network.endpoint(taken.id, context.signal)
  const before = (value: string | undefined) => (value === undefined ? {} : { before: value })
  const others = await othersListing(detail, context)
  const fields = [
    { name: 'connection', before: taken.connection, after: 'made anew' },
    { name: 'GUID', ...before(detail?.guid), after: knownAfterApply },
    { name: 'address', ...before(detail?.address), after: knownAfterApply },
    ...(others.length === 0 ? [] : [{ name: 'needs a setup as well', after: others.join(', ') }]),
  ]
  const replacedIds = detail?.guid === undefined ? [] : [detail.guid]
  const seen = { endpoint: { name: namesFor(all, context).name }, replacedGuids: replacedIds }
  return { change: { kind: 'update', fields }, facts: { replacedIds }, seen }
}

function creation(list: EndpointList, context: StepContext): Observation {
  const { name } = namesFor(list.endpoints, context)
  return { change: { kind: 'create', fields: fieldsOf(list, context) }, facts: {}, seen: { endpoint: { name } } }
}

/** Names of services outside the request that list the endpoint: they lose access until they list its replacement. */
async function othersListing(endpoint: EndpointDetail | undefined, context: StepContext): Promise<readonly string[]> {
  const asked = context.target.services.map(({ service }) => service.id)
  const lists = await allListsOf(context)
  return [...lists].flatMap(([id, { name, entries }]) =>
    !asked.includes(id) && entries.some((entry) => isIdOf(entry, endpoint)) ? [name] : [],
  )
}

function theirs({ name, tags }: EndpointSummary, what: string): Observation {
  const whose = `and this bot did not make the endpoint (${tagText(tags)})`
  return blocked(`${name} ${what}, ${whose}. Ask its owner to delete it, then run setup again.`)
}

function blocked(reason: string): Observation {
  return { change: { kind: 'blocked', reason }, facts: {} }
}

function fieldsOf({ endpoints, partial }: EndpointList, context: StepContext) {
  const { network, alias } = context.target
  const { name, networkInterface } = namesFor(endpoints, context)
  const groups = network.applicationSecurityGroups.map((id) => id.slice(id.lastIndexOf('/') + 1)).join(', ')
  return [
    ...(sameId(name, ownName(context)) ? [] : [{ name: 'name', after: name }]),
    { name: 'location', after: network.location },
    { name: 'subnet', after: `${network.vnet}/${network.subnet}` },
    { name: 'alias', after: alias },
    ...(networkInterface === undefined ? [] : [{ name: 'network interface', after: networkInterface }]),
    ...(groups === '' ? [] : [{ name: 'application security groups', after: groups }]),
    ...(partial ? [{ name: 'others looked for', after: 'in the configured resource groups only' }] : []),
  ]
}

/** Waits for an endpoint that an earlier run, or somebody else, began to make. Throws a `TerminalError` after 15 minutes. */
async function settle({ id, name }: EndpointSummary, { clouds, signal }: StepContext): Promise<void> {
  const settled = async (): Promise<true | undefined> => {
    const endpoint = await clouds.network.endpoint(id, signal)
    return endpoint === undefined || isFinished(endpoint) || endpoint.provisioning === 'Failed' ? true : undefined
  }
  if ((await until(settled, { everyMs: 2_000, withinMs: 15 * 60_000 }, signal)) !== undefined) return
  throw new TerminalError('endpoint-not-provisioned', `Azure has not finished the private endpoint ${name} in 15 minutes.`, {
    remedy: 'Look at the endpoint in the Azure portal. When it is provisioned, run setup again.',
  })
}

function noteOf(endpoint: EndpointDetail, context: StepContext): string {
  const { network } = context.target
  return [
    ...(sameId(endpoint.id, endpointId(network, ownName(context))) ? [] : [endpoint.name]),
    ...(sameId(endpoint.resourceGroup, network.resourceGroup) ? [] : [`in ${endpoint.resourceGroup}`]),
    ...(isOurs(endpoint.tags, context.maker) ? [] : ['not made by this bot']),
    `GUID ${endpoint.guid ?? 'unknown'}`,
    endpoint.address ?? 'no address',
  ].join(' · ')
}
