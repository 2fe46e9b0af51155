import type { PrivateEndpoint } from '../world.ts'
import { resourceNotFound } from './errors.ts'
import { lastSegment, sameId } from './resource-id.ts'
import type { Route } from './router.ts'
import type { Arm } from './state.ts'

const type = 'Microsoft.Network/networkInterfaces'

/** The only network interfaces there are belong to private endpoints. */
export function networkInterfaceRoutes({ world }: Arm): Route[] {
  return [
    {
      method: 'GET',
      template: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/networkInterfaces/{name}',
      handle: (request) => {
        const endpoint = [...world.endpoints.values()].find(({ nicId }) => sameId(nicId, request.id))
        if (!endpoint) throw resourceNotFound(type, request.param('name'), request.param('group'))
        return { status: 200, body: interfaceBody(endpoint) }
      },
    },
  ]
}

/** An interface exists from the first moment of its endpoint, but has its address only when the endpoint is provisioned. */
function interfaceBody(endpoint: PrivateEndpoint) {
  const { nicId: id, location, subnetId, address } = endpoint
  const provisioned = endpoint.provisioningState !== 'Creating'
  const provisioningState = provisioned ? 'Succeeded' : 'Updating'
  const name = `privateEndpointIpConfig.${endpoint.resourceGuid}`
  return {
    id,
    name: lastSegment(id),
    type,
    location,
    properties: {
      provisioningState,
      ipConfigurations: [
        {
          id: `${id}/ipConfigurations/${name}`,
          name,
          type: `${type}/ipConfigurations`,
          properties: {
            provisioningState,
            ...(provisioned && { privateIPAddress: address }),
            privateIPAllocationMethod: 'Dynamic',
            privateIPAddressVersion: 'IPv4',
            primary: true,
            subnet: { id: subnetId },
          },
        },
      ],
      dnsSettings: { dnsServers: [], appliedDnsServers: [] },
      macAddress: '',
      nicType: 'Standard',
      privateEndpoint: { id: endpoint.id },
    },
  }
}
