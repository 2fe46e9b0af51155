import type { ClickHouseService, Organization } from '../world.ts'

/** When everything here was created; the world keeps no such date. */
const createdAt = '2025-11-03T09:12:44Z'

export function presentOrganization(organization: Organization) {
  return {
    id: organization.id,
    createdAt,
    name: organization.name,
    privateEndpoints: organization.privateEndpoints.map((entry) => ({ ...entry })),
    byocConfig: [],
    enableCoreDumps: true,
  }
}

/** The endpoints are the public ones: the private host name is only in the private endpoint configuration. */
export function presentService(service: ClickHouseService, organization: Organization) {
  return {
    id: service.id,
    name: service.name,
    provider: service.provider,
    region: service.region,
    state: service.state,
    clickhouseVersion: '25.8',
    endpoints: [
      { protocol: 'https', host: service.publicHost, port: 8443 },
      { protocol: 'nativesecure', host: service.publicHost, port: 9440 },
    ],
    ...scaling,
    ipAccessList: [{ source: '203.0.113.0/24', description: 'office' }],
    createdAt,
    privateEndpointIds: [...service.privateEndpointIds],
    availablePrivateEndpointIds: organization.privateEndpoints
      .filter((entry) => entry.cloudProvider === service.provider && entry.region === service.region)
      .map((entry) => entry.id),
    dataWarehouseId: service.id,
    isPrimary: true,
    isReadonly: false,
    releaseChannel: 'default',
    hasTransparentDataEncryption: false,
    tags: [],
    enableCoreDumps: true,
  }
}

/** Neither field is promised: a service whose plan has no private endpoints has neither. */
export function presentPrivateEndpointConfig(service: ClickHouseService) {
  return {
    ...(service.alias === undefined ? {} : { endpointServiceId: service.alias }),
    ...(service.privateHost === undefined ? {} : { privateDnsHostname: service.privateHost }),
  }
}

const scaling = {
  minReplicaMemoryGb: 16,
  maxReplicaMemoryGb: 120,
  numReplicas: 3,
  autoscalingMode: 'vertical',
  idleScaling: true,
  idleTimeoutMinutes: 15,
  currentScaling: {
    effectiveAutoscalingMode: 'vertical',
    effectiveMinReplicaMemoryGb: 16,
    effectiveMaxReplicaMemoryGb: 120,
    effectiveMinReplicas: 3,
    effectiveMaxReplicas: 3,
    effectiveIdleScaling: true,
    effectiveIdleTimeoutMinutes: 15,
  },
}
