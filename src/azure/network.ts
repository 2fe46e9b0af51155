import { NetworkManagementClient, type PrivateEndpoint } from '@azure/arm-network'
import type { TokenCredential } from '@azure/identity'
import { isInVnet, type Network, sameId, subnetId } from '../domain/target.ts'
import { type CallWatch, watchCalls } from './call-watch.ts'
import { translateAzureError } from './errors.ts'
import { lookingBeside } from './look-beside.ts'
import { keepRefusalTexts, watchingOperations } from './refusal-text.ts'

/** A private endpoint with the fields that Azure's list returns. */
export interface EndpointSummary {
  readonly id: string
  readonly name: string
  readonly resourceGroup: string
  readonly subnetId: string
  /** What it connects to: an alias, or a Private Link Service's resource id. */
  readonly connectsTo: string
  /** Pending, Approved, Rejected or Disconnected. Azure may add others. */
  readonly connection: string
  /** `Succeeded` and `Failed` are final; any other text means that Azure is still working. */
  readonly provisioning: string
  readonly tags: Readonly<Record<string, string>>
  readonly networkInterfaceId?: string
}

export interface EndpointDetail extends EndpointSummary {
  /** The id by which ClickHouse Cloud identifies the endpoint. */
  readonly guid?: string
  /** Private IPv4 address, absent until the network interface has one. */
  readonly address?: string
}

export interface NewEndpoint {
  readonly name: string
  readonly alias: string
  readonly networkInterface?: string
  /** Shown to whoever approves the connection; at most 140 characters. */
  readonly requestMessage: string
  readonly tags: Readonly<Record<string, string>>
}

export interface EndpointList {
  /** Endpoints of every VNet, not only of the network's own. */
  readonly endpoints: readonly EndpointSummary[]
  /** True when a subscription could not be listed, so that only the network's resource groups were: there may be more endpoints. */
  readonly partial: boolean
}

/** Private endpoints and their network interfaces. All errors are `TerminalError` or `RetryableError`. */
export interface AzureNetwork {
  /** The private endpoints of the network's subscription and of its zones' one. An endpoint in its VNet may lie in either, in any resource group. */
  endpoints(network: Network, signal: AbortSignal): Promise<EndpointList>
  /** One endpoint with its GUID and address; undefined when there is none with this id. */
  endpoint(id: string, signal: AbortSignal): Promise<EndpointDetail | undefined>
  /** The same without GUID and address, which take a second call; for the state of its connection. */
  endpointState(id: string, signal: AbortSignal): Promise<EndpointSummary | undefined>
  /** Resolves when Azure has finished, with whether it is new. Updates an existing endpoint of that name. */
  createEndpoint(network: Network, endpoint: NewEndpoint, signal: AbortSignal): Promise<boolean>
  /** Resolves when Azure has finished. An endpoint that does not exist any more is no error. */
  deleteEndpoint(id: string, signal: AbortSignal): Promise<void>
}

export function azureNetwork(credential: TokenCredential, url: string, watch: CallWatch = {}): AzureNetwork {
  const clients = new Map<string, NetworkManagementClient>()
  const clientOf = (subscription: string): NetworkManagementClient => {
    const known = clients.get(subscription)
    if (known !== undefined) return known
    const client = new NetworkManagementClient(credential, subscription, { endpoint: url })
    watchCalls(client, subscription, watch)
    keepRefusalTexts(client)
    clients.set(subscription, client)
    return client
  }

  const addressOf = async (nicId: string, signal: AbortSignal): Promise<string | undefined> => {
    const { subscription, resourceGroup, name } = splitId(nicId)
    const nic = await orUndefined(
      clientOf(subscription).networkInterfaces.get(resourceGroup, name, {
        abortSignal: signal,
      }),
    )
    const ipv4 = (nic?.ipConfigurations ?? []).filter(
      ({ privateIPAddress, privateIPAddressVersion }) =>
        privateIPAddress !== undefined && (privateIPAddressVersion ?? 'IPv4') === 'IPv4',
    )
    return (ipv4.find(({ primary }) => primary === true) ?? ipv4[0])?.privateIPAddress
  }

  /** The endpoints of a subscription; of the resource groups alone when the whole subscription may not be listed. */
  const listed = async (subscription: string, groups: readonly string[], signal: AbortSignal): Promise<EndpointList> => {
    const { privateEndpoints } = clientOf(subscription)
    const options = { abortSignal: signal }
    try {
      const all = await Array.fromAsync(privateEndpoints.listBySubscription(options))
      return { endpoints: all.map(summarize), partial: false }
    } catch (error) {
      if (!isUnlistable(error)) throw error
      const lists = groups.map((group) => Array.fromAsync(privateEndpoints.list(group, options)))
      return { endpoints: (await Promise.all(lists)).flat().map(summarize), partial: true }
    }
  }

  return {
    async endpoints({ subscription, resourceGroup, dns }, signal) {
      return await translating(`list the private endpoints of ${resourceGroup}`, async () => {
        const groups = [resourceGroup, ...(sameId(dns.subscription, subscription) ? [dns.resourceGroup] : [])]
        const lists = [listed(subscription, [...new Set(groups.map((group) => group.toLowerCase()))], signal)]
        if (!sameId(dns.subscription, subscription)) lists.push(listed(dns.subscription, [], signal))
        const found = await Promise.all(lists)
        return { endpoints: found.flatMap(({ endpoints }) => endpoints), partial: found.some(({ partial }) => partial) }
      })
    },

    async endpoint(id, signal) {
      const { subscription, resourceGroup, name } = splitId(id)
      return await translating(`read the private endpoint ${name}`, async () => {
        let guid: string | undefined
        const endpoint = await orUndefined(
          clientOf(subscription).privateEndpoints.get(resourceGroup, name, {
            abortSignal: signal,
            onResponse: (response) => {
              guid = resourceGuidOf(response)
            },
          }),
        )
        if (endpoint === undefined) return undefined
        const summary = summarize(endpoint)
        const address = summary.networkInterfaceId === undefined ? undefined : await addressOf(summary.networkInterfaceId, signal)
        return { ...summary, ...(guid !== undefined && { guid }), ...(address !== undefined && { address }) }
      })
    },

    async endpointState(id, signal) {
      const { subscription, resourceGroup, name } = splitId(id)
      return await translating(`read the private endpoint ${name}`, async () => {
        const { privateEndpoints } = clientOf(subscription)
        const endpoint = await orUndefined(privateEndpoints.get(resourceGroup, name, { abortSignal: signal }))
        return endpoint && summarize(endpoint)
      })
    },

    async createEndpoint(network, { name, alias, networkInterface, requestMessage, tags }, signal) {
      return await translating(`create the private endpoint ${name}`, async () => {
        const parameters: PrivateEndpoint = {
          location: network.location,
          tags: { ...tags },
          subnet: { id: subnetId(network) },
          // Azure accepts an alias only in a manual connection.
          manualPrivateLinkServiceConnections: [
            { name, privateLinkServiceId: alias, groupIds: [], requestMessage: requestMessage.slice(0, 140) },
          ],
          ...(networkInterface !== undefined && { customNetworkInterfaceName: networkInterface }),
          ...(network.applicationSecurityGroups.length > 0 && {
            applicationSecurityGroups: network.applicationSecurityGroups.map((id) => ({ id })),
          }),
        }
        const { privateEndpoints } = clientOf(network.subscription)
        const over = new AbortController()
        let status: number | undefined
        const making = privateEndpoints.createOrUpdate(network.resourceGroup, name, parameters, {
          abortSignal: AbortSignal.any([signal, over.signal]),
          onResponse: (response) => {
            status ??= response.status
          },
        })
        await making.submitted()
        const isNew = status === 201
        const isMade = async (abortSignal: AbortSignal): Promise<boolean> => {
          const { provisioningState } = await privateEndpoints.get(network.resourceGroup, name, { abortSignal })
          return provisioningState === 'Succeeded'
        }
        // An older one may still be shown as it was.
        await (isNew ? lookingBeside(making, isMade, over, signal) : making)
        return isNew
      })
    },

    async deleteEndpoint(id, signal) {
      const { subscription, resourceGroup, name } = splitId(id)
      await translating(`delete the private endpoint ${name}`, async () => {
        await orUndefined(
          Promise.resolve(clientOf(subscription).privateEndpoints.delete(resourceGroup, name, { abortSignal: signal })),
        )
      })
    },
  }
}

/** The ARM resource id of a private endpoint that the bot makes for the network. */
export function endpointId({ subscription, resourceGroup }: Network, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/privateEndpoints/${name}`
}

/** Whether an endpoint connects by alias, as those to ClickHouse Cloud do. Endpoints of Azure's own services, often hundreds in a VNet, name a resource. */
export function connectsByAlias({ connectsTo }: Pick<EndpointSummary, 'connectsTo'>): boolean {
  return !connectsTo.startsWith('/')
}

/** Whether the endpoint connects to the alias from the network's VNet. */
export function serves(endpoint: EndpointSummary, alias: string, network: Network): boolean {
  return sameId(endpoint.connectsTo, alias) && isInVnet(endpoint.subnetId, network)
}

function summarize(endpoint: PrivateEndpoint): EndpointSummary {
  const connection = endpoint.manualPrivateLinkServiceConnections?.[0] ?? endpoint.privateLinkServiceConnections?.[0]
  const nic = endpoint.networkInterfaces?.[0]?.id
  return {
    id: endpoint.id ?? '',
    name: endpoint.name ?? '',
    resourceGroup: splitId(endpoint.id ?? '').resourceGroup,
    subnetId: endpoint.subnet?.id ?? '',
    connectsTo: connection?.privateLinkServiceId ?? '',
    connection: connection?.privateLinkServiceConnectionState?.status ?? 'Unknown',
    provisioning: endpoint.provisioningState ?? 'Succeeded',
    tags: endpoint.tags ?? {},
    ...(nic !== undefined && { networkInterfaceId: nic }),
  }
}

/** Reads `properties.resourceGuid` from ARM's raw answer: it is in neither the swagger nor the SDK's type, and the SDK's deserializer drops it. */
function resourceGuidOf(response: { readonly parsedBody?: unknown; readonly bodyAsText?: string | null }): string | undefined {
  const body: unknown =
    response.parsedBody ?? (typeof response.bodyAsText === 'string' ? JSON.parse(response.bodyAsText) : undefined)
  const properties = typeof body === 'object' && body !== null ? Reflect.get(body, 'properties') : undefined
  const guid = typeof properties === 'object' && properties !== null ? Reflect.get(properties, 'resourceGuid') : undefined
  return typeof guid === 'string' ? guid : undefined
}

export function splitId(id: string): { subscription: string; resourceGroup: string; name: string } {
  const parts = id.split('/')
  const after = (word: string): string => parts[parts.findIndex((part) => part.toLowerCase() === word) + 1] ?? ''
  return { subscription: after('subscriptions'), resourceGroup: after('resourcegroups'), name: parts.at(-1) ?? '' }
}

/** Whether an error says that the caller may not list a whole subscription. Its roles may still allow single resource groups. */
export function isUnlistable(error: unknown): boolean {
  return error instanceof Error && [403, 404, 405, 501].includes(Number(Reflect.get(error, 'statusCode')))
}

/** What `reading` gives; undefined when Azure answers that the resource does not exist. */
export async function orUndefined<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading
  } catch (error) {
    const missing =
      error instanceof Error && Reflect.get(error, 'statusCode') === 404 && !outerMissing.has(String(Reflect.get(error, 'code')))
    if (missing) return undefined
    throw error
  }
}

/** Codes of a 404 that mean a wrong subscription or resource group, and not that the resource is absent. */
const outerMissing = new Set(['SubscriptionNotFound', 'ResourceGroupNotFound'])

export async function translating<Value>(doing: string, work: () => Promise<Value>): Promise<Value> {
  return await watchingOperations(work, (error, failure) => translateAzureError(error, doing, failure))
}
