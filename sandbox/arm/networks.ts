import type { Subnet, VirtualNetwork } from '../world.ts'
import { ArmError, resourceNotFound } from './errors.ts'
import { key, lastSegment, subnetOf } from './resource-id.ts'
import type { ArmRequest, Route } from './router.ts'
import type { Arm } from './state.ts'

const type = 'Microsoft.Network/virtualNetworks'
const template = '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{network}'

/** Virtual networks and subnets: there to be read, made by somebody else. */
export function networkRoutes(arm: Arm): Route[] {
  function find(request: ArmRequest): VirtualNetwork {
    const name = request.param('network')
    const network = arm.world.networks.get(key(request.id.split('/subnets')[0] ?? ''))
    if (!network) throw resourceNotFound(type, name, request.param('group'))
    return network
  }

  function readSubnet(request: ArmRequest) {
    const network = find(request)
    const name = request.param('subnet')
    const subnet = network.subnets.find((each) => key(each.name) === key(name))
    if (subnet) return { status: 200, body: subnetBody(arm, network, subnet) }
    throw new ArmError(404, 'NotFound', `Resource ${network.id}/subnets/${name} not found.`)
  }

  return [
    { method: 'GET', template, handle: (request) => ({ status: 200, body: networkBody(arm, find(request)) }) },
    {
      method: 'GET',
      template: `${template}/subnets`,
      handle: (request) => {
        const network = find(request)
        return { status: 200, body: { value: network.subnets.map((subnet) => subnetBody(arm, network, subnet)) } }
      },
    },
    { method: 'GET', template: `${template}/subnets/{subnet}`, handle: readSubnet },
  ]
}

function networkBody(arm: Arm, network: VirtualNetwork) {
  const addressPrefixes = network.subnets.map(({ addressPrefix }) => addressPrefix)
  return {
    id: network.id,
    name: lastSegment(network.id),
    type,
    location: network.location,
    tags: network.tags,
    properties: {
      provisioningState: 'Succeeded',
      addressSpace: { addressPrefixes },
      subnets: network.subnets.map((subnet) => subnetBody(arm, network, subnet)),
      virtualNetworkPeerings: [],
      enableDdosProtection: false,
    },
  }
}

function subnetBody({ world }: Arm, { id }: VirtualNetwork, { name, addressPrefix, updating }: Subnet) {
  const subnetId = `${id}/subnets/${name}`
  const endpoints = [...world.endpoints.values()].filter((endpoint) => key(endpoint.subnetId) === key(subnetId))
  return {
    id: subnetId,
    name,
    type: `${type}/subnets`,
    properties: {
      provisioningState: updating ? 'Updating' : 'Succeeded',
      addressPrefix,
      delegations: [],
      privateEndpointNetworkPolicies: 'Disabled',
      privateLinkServiceNetworkPolicies: 'Enabled',
      ...(endpoints.length > 0 && { privateEndpoints: endpoints.map((endpoint) => ({ id: endpoint.id })) }),
    },
  }
}

/** The network that a subnet's id names, if it has that subnet. */
export function networkOfSubnet({ world }: Arm, subnetId: string): VirtualNetwork | undefined {
  const parts = subnetOf(subnetId)
  const network = parts && world.networks.get(key(parts.network))
  return network?.subnets.some(({ name }) => key(name) === key(parts?.subnet ?? '')) ? network : undefined
}

/** @throws ArmError 429 while somebody changes the subnet: what stands in the way is only in the details. */
export function refuseWhileUpdating(arm: Arm, subnetId: string, user: string): void {
  const why = notProvisioned(arm, subnetId, user)
  if (why) throw new ArmError(429, 'RetryableError', 'A retryable error occurred.', { details: [why.body] })
}

/** @throws ArmError how an operation fails that meets such a subnet */
export function failIfUpdating(arm: Arm, subnetId: string, user: string): void {
  const why = notProvisioned(arm, subnetId, user)
  if (why) throw why
}

function notProvisioned({ world }: Arm, subnetId: string, user: string): ArmError | undefined {
  const parts = subnetOf(subnetId)
  const network = parts && world.networks.get(key(parts.network))
  if (!network?.subnets.some(({ name, updating }) => updating && key(name) === key(parts?.subnet ?? ''))) return undefined
  const message = `Cannot proceed with operation because resource ${subnetId} used by resource ${user} is not in Succeeded state. Resource is in Updating state and the last operation that updated/is updating the resource is PutSubnetOperation.`
  return new ArmError(429, 'ReferencedResourceNotProvisioned', message)
}
