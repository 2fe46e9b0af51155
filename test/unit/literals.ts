import type { Person } from '../../src/domain/person.ts'
import { knownAfterApply, type Plan } from '../../src/domain/plan.ts'
import type { Network, Service } from '../../src/domain/target.ts'

export const alice: Person = { key: 'person:Alice', name: 'Alice', accounts: { slack: 'U01ALICE' } }
export const bob: Person = { key: 'person:Bob', name: 'Bob', accounts: { slack: 'U02BOB' } }
export const carol: Person = { key: 'person:Carol', name: 'Carol', accounts: { slack: 'U03CAROL' } }

export const service: Service = {
  organizationId: '6f1a2c7e-55a1-4a0e-9d5e-0c4b1d2f3a41',
  organizationName: 'acme',
  id: '9a1c4d2e-0b3f-4a5d-8c7e-6f5a4b3c2d10',
  name: 'analytics-prod',
  provider: 'azure',
  region: 'westus3',
  state: 'running',
}

export const network: Network = {
  name: 'prod-westus3',
  subscription: 's1',
  resourceGroup: 'rg-network',
  vnet: 'vnet-prod',
  subnet: 'endpoints',
  location: 'westus3',
  dns: { subscription: 's1', resourceGroup: 'rg-dns' },
  applicationSecurityGroups: [],
  tags: {},
}

export const plan: Plan = {
  services: [{ service, host: 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud' }],
  network: 'prod-westus3',
  alias: 'production-westus3-0-0.3f2a.westus3.azure.privatelinkservice',
  crossRegion: false,
  steps: [
    {
      id: 'private-endpoint',
      title: 'private endpoint',
      resource: 'pe-analytics-prod-prod-westus3',
      change: { kind: 'create', fields: [{ name: 'location', after: 'westus3' }] },
    },
    {
      id: 'dns-zone',
      title: 'private DNS zone',
      resource: 'westus3.privatelink.azure.clickhouse.cloud',
      change: { kind: 'none' },
    },
    {
      id: 'dns-record',
      title: 'A record',
      resource: '*.westus3.privatelink.azure.clickhouse.cloud',
      change: {
        kind: 'create',
        fields: [
          { name: 'address', after: knownAfterApply },
          { name: 'TTL', after: '300 s' },
        ],
      },
    },
    {
      id: 'allow-list',
      title: 'allow list',
      resource: 'analytics-prod',
      change: { kind: 'update', fields: [{ name: 'entries', before: '1', after: '2' }] },
    },
  ],
}
