import {
  connectsByAlias,
  type EndpointDetail,
  type EndpointList,
  type EndpointSummary,
  endpointId,
  serves,
} from '../../azure/network.ts'
import { TerminalError } from '../../domain/errors.ts'
import { isOurs } from '../../domain/ownership.ts'
import type { StepFacts } from '../../domain/plan.ts'
import { endpointName, suffixFor } from '../../domain/resource-names.ts'
import { isInVnet, type Network, type Service, sameId, subnetId, vnetId } from '../../domain/target.ts'
import type { StepContext } from './step.ts'

/**
 * The endpoints of the network. Azure's lists lag behind for minutes: those that this bot may just have made, or lately worked with, are asked for by their
 * ids where the list lacks them.
 */
export async function listWithKnown(
  network: Network,
  context: StepContext,
  detail = (id: string): Promise<EndpointDetail | undefined> => byId(id, context),
): Promise<EndpointList> {
  const { clouds, target, approved, signal } = context
  const [list, known] = await Promise.all([clouds.network.endpoints(network, signal), context.knownEndpoints(network)])
  const isOwn = sameId(network.name, target.network.name)
  const own = isOwn ? [...givenIds(target.services[0].service, context), approved?.site?.endpoint ?? []].flat() : []
  const ids = new Set([...known, ...own].map((id) => id.toLowerCase()))
  const unlisted = [...ids].filter((id) => !list.endpoints.some((listed) => sameId(listed.id, id)))
  const found = await Promise.all(unlisted.map(detail))
  return { ...list, endpoints: [...list.endpoints, ...found.filter((endpoint) => endpoint !== undefined)] }
}

/** An endpoint that serves the target has its GUID and address. */
export interface EndpointsNow extends EndpointList {
  readonly endpoints: readonly EndpointDetail[]
}

/** The same for the target, where those that serve it are as they are now: a list may also show what is deleted, or what has changed. */
export async function endpointsNow(context: StepContext): Promise<EndpointsNow> {
  const { network, alias, services } = context.target
  const ours = givenIds(services[0].service, context)
  const asked = new Map<string, Promise<EndpointDetail | undefined>>()
  const detail = (id: string): Promise<EndpointDetail | undefined> => {
    const known = asked.get(id.toLowerCase()) ?? byId(id, context)
    asked.set(id.toLowerCase(), known)
    return known
  }
  // Those are asked for whatever the list says, so they need not wait for it.
  for (const id of ours) detail(id).catch(() => undefined)
  const list = await listWithKnown(network, context, detail)
  const now = await Promise.all(
    list.endpoints.map(async (endpoint) => {
      const matters = serves(endpoint, alias, network) || ours.some((id) => sameId(id, endpoint.id))
      return matters ? await detail(endpoint.id) : endpoint
    }),
  )
  return { ...list, endpoints: now.filter((endpoint) => endpoint !== undefined) }
}

async function byId(id: string, { clouds, signal }: StepContext): Promise<EndpointDetail | undefined> {
  try {
    return await clouds.network.endpoint(id, signal)
  } catch (error) {
    if (error instanceof TerminalError && error.code === 'ResourceGroupNotFound') return undefined
    throw error
  }
}

/** The Resource IDs that an endpoint may get from this bot when the service is named first. */
export function givenIds(service: Pick<Service, 'name'>, { target: { alias, network } }: StepContext): readonly string[] {
  const names = ['', suffixFor(alias, network)].map((suffix) => endpointName(service, network, suffix))
  return names.map((name) => endpointId(network, name))
}

/** Whether the connection can never be used again: Rejected ones cannot be approved, and the other side has removed Disconnected ones. */
export function isDead({ connection }: EndpointSummary): boolean {
  return connection === 'Rejected' || connection === 'Disconnected'
}

/** Whether Azure has made the endpoint, with its GUID and its address. */
export function isFinished(endpoint: EndpointDetail): boolean {
  return endpoint.provisioning === 'Succeeded' && endpoint.guid !== undefined && endpoint.address !== undefined
}

/** The name that a new endpoint of this target gets. */
export function ownName({ target }: StepContext): string {
  return endpointName(target.services[0].service, target.network)
}

/** The endpoints that connect this network to the alias, the best first. */
export function serving<Seen extends EndpointSummary>(all: readonly Seen[], context: StepContext): readonly Seen[] {
  const { alias, network } = context.target
  const name = ownName(context)
  const wishes: readonly ((endpoint: EndpointSummary) => boolean)[] = [
    (endpoint) => !isDead(endpoint),
    ({ provisioning }) => provisioning !== 'Failed',
    ({ connection }) => connection === 'Approved',
    ({ provisioning }) => provisioning === 'Succeeded',
    (endpoint) => sameId(endpoint.name, name),
    ({ tags }) => isOurs(tags, context.maker),
    (endpoint) => sameId(endpoint.subnetId, subnetId(network)),
  ]
  const rank = (endpoint: EndpointSummary) => wishes.map((fulfilled) => (fulfilled(endpoint) ? 0 : 1)).join('')
  return all.filter((endpoint) => serves(endpoint, alias, network)).toSorted((a, b) => rank(a).localeCompare(rank(b)))
}

/** The best endpoint that is not dead. */
export function usable(all: readonly EndpointSummary[], context: StepContext): EndpointSummary | undefined {
  return serving(all, context).find((endpoint) => !isDead(endpoint))
}

/** A live endpoint and the network in whose VNet it lies. */
export interface PlacedEndpoint extends EndpointDetail {
  readonly network: string
}

export interface OtherEndpoints {
  readonly endpoints: readonly PlacedEndpoint[]
  /** There may be others, in resource groups that could not be listed. */
  readonly partial: boolean
}

/** What to grant where others' endpoints could not be seen. */
export const seeingAll =
  'Grant the identity of the jobs process Microsoft.Network/privateEndpoints/read on the whole subscription'

/** The live endpoints of all configured networks, except the one with this id: networks may share a zone, so a record may lead to any of them. */
export async function otherEndpoints(context: StepContext, id: string | undefined): Promise<OtherEndpoints> {
  const {
    target,
    configured: { networks },
    clouds,
    signal,
  } = context
  const found = await Promise.all(
    networks.map(async (network) => {
      const { endpoints, partial } = await listWithKnown(network, context)
      const others = endpoints.filter(
        (endpoint) =>
          connectsByAlias(endpoint) && !sameId(endpoint.id, id) && !isDead(endpoint) && isInVnet(endpoint.subnetId, network),
      )
      const details = await Promise.all(others.map((other) => clouds.network.endpoint(other.id, signal)))
      // Configured networks may be subnets of one VNet; an endpoint in any of them then counts as this network's.
      const { name } = sameId(vnetId(network), vnetId(target.network)) ? target.network : network
      const placed = details.flatMap((endpoint) => (endpoint === undefined ? [] : [{ ...endpoint, network: name }]))
      return { placed, partial }
    }),
  )
  return { endpoints: found.flatMap(({ placed }) => placed), partial: found.some(({ partial }) => partial) }
}

/** For the plan and the journal. */
export function factsOf({ name, resourceGroup, guid, address }: EndpointDetail): NonNullable<StepFacts['endpoint']> {
  return { name, resourceGroup, ...(guid !== undefined && { guid }), ...(address !== undefined && { address }) }
}
