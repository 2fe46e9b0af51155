import { createHash } from 'node:crypto'
import type { PrivateEndpoint } from '../world.ts'
import { lastSegment } from './resource-id.ts'

export const privateEndpointType = 'Microsoft.Network/privateEndpoints'

const descriptions = {
  Pending: 'Awaiting approval',
  Approved: 'Approved',
  Rejected: 'Rejected by the owner of the private link service',
  Disconnected: 'Removed by the owner of the private link service',
} satisfies Record<PrivateEndpoint['connection'], string>

/** `resourceGuid` is in what Azure sends although its published contract does not have it. */
export function privateEndpointBody(endpoint: PrivateEndpoint) {
  const { id, location, tags, provisioningState } = endpoint
  const properties = {
    // Azure says Updating of a first creation too.
    provisioningState: provisioningState === 'Creating' ? 'Updating' : provisioningState,
    resourceGuid: endpoint.resourceGuid,
    privateLinkServiceConnections: [],
    manualPrivateLinkServiceConnections: [connectionBody(endpoint)],
    customNetworkInterfaceName: customInterfaceName(endpoint),
    subnet: { id: endpoint.subnetId },
    ipConfigurations: [],
    networkInterfaces: [{ id: endpoint.nicId }],
    customDnsConfigs: [],
    applicationSecurityGroups: endpoint.applicationSecurityGroups.map((group) => ({ id: group })),
  }
  const etag = weakEtag({ tags, properties })
  return { name: lastSegment(id), id, etag, type: privateEndpointType, location, tags, properties }
}

function connectionBody({ id, connectionName, alias, requestMessage, connection, provisioningState }: PrivateEndpoint) {
  const properties = {
    provisioningState: provisioningState === 'Succeeded' ? 'Succeeded' : 'Updating',
    privateLinkServiceId: alias,
    groupIds: [],
    requestMessage,
    privateLinkServiceConnectionState: {
      status: connection,
      description: descriptions[connection],
      actionsRequired: 'None',
    },
  }
  return {
    name: connectionName,
    id: `${id}/manualPrivateLinkServiceConnections/${connectionName}`,
    etag: weakEtag(properties),
    type: `${privateEndpointType}/manualPrivateLinkServiceConnections`,
    properties,
  }
}

/** Azure names an interface after its endpoint unless the caller does. */
export function defaultInterfaceName(endpointName: string, guid: string): string {
  return `${endpointName}.nic.${guid}`
}

export function customInterfaceName({ id, nicId, resourceGuid }: PrivateEndpoint): string {
  const name = lastSegment(nicId)
  return name === defaultInterfaceName(lastSegment(id), resourceGuid) ? '' : name
}

/** Changes exactly when what is shown changes, whoever changed it. */
function weakEtag(shown: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(shown)).digest('hex')
  const guid = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-')
  return `W/"${guid}"`
}
