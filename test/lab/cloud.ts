import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createAuthority } from '../../sandbox/certificates.ts'
import { acme, subscription } from '../../sandbox/estate.ts'
import { startNetwork } from '../../sandbox/vnet/network.ts'
import type { PrivateEndpoint, RecordSet } from '../../sandbox/world.ts'
import { addresses } from './namespaces.ts'

/**
 * The cloud's side of the lab, a process in its own namespace: Azure DNS at its real address, a private endpoint at 10.0.0.4, and the service behind it.
 * Reads what the world is like from standard input, one JSON line a state, and answers each with a line. The argument is where to write the
 * certificate that clients trust.
 */

/** What the world is like. */
export interface LabState {
  /** Whether the zone is linked to the network. */
  readonly linked?: boolean
  readonly records?: readonly Pick<RecordSet, 'type' | 'name' | 'addresses'>[]
  readonly allowed?: boolean
}

const zoneName = 'westus3.privatelink.azure.clickhouse.cloud'
const world = acme({ addressBase: '10.0.0' })
const authority = await createAuthority()
writeFileSync(process.argv[2] ?? '/dev/null', authority.certificate)

const [virtualNetwork] = world.networks.values()
const [service] = world.services
if (virtualNetwork === undefined || service === undefined) throw new Error('The estate is empty.')

const base = `/subscriptions/${subscription}/resourceGroups/rg-network/providers/Microsoft.Network`
const endpoint: PrivateEndpoint = {
  id: `${base}/privateEndpoints/pe-lab`,
  location: 'westus3',
  tags: {},
  resourceGuid: '3f1c2d4e-0000-4000-8000-000000000001',
  subnetId: `${virtualNetwork.id}/subnets/endpoints`,
  connectionName: 'pe-lab',
  alias: service.alias ?? '',
  requestMessage: '',
  applicationSecurityGroups: [],
  nicId: `${base}/networkInterfaces/nic-lab`,
  address: addresses.endpoint,
  provisioningState: 'Succeeded',
  connection: 'Approved',
}
world.endpoints.set(endpoint.id.toLowerCase(), endpoint)

function become({ linked = true, records = [], allowed = true }: LabState): void {
  service?.privateEndpointIds.splice(0, Number.POSITIVE_INFINITY, ...(allowed ? [endpoint.resourceGuid] : []))
  const link = {
    id: 'link',
    name: 'link',
    virtualNetworkId: virtualNetwork?.id ?? '',
    registrationEnabled: false,
    tags: {},
    etag: 'e',
    state: 'Completed' as const,
  }
  const id = `${base}/privateDnsZones/${zoneName}`
  world.zones.set(id.toLowerCase(), {
    id,
    name: zoneName,
    tags: {},
    etag: 'e',
    provisioningState: 'Succeeded',
    records: new Map(
      records.map((record) => [
        `${record.type}/${record.name}`.toLowerCase(),
        { ...record, addresses: [...record.addresses], ttl: 60, metadata: {}, etag: 'e' },
      ]),
    ),
    links: new Map(linked ? [['link', link]] : []),
  })
  world.changed()
}

become({})
await startNetwork(world, {
  authority,
  virtualNetworkId: virtualNetwork.id,
  dnsAddress: addresses.azureDns,
  dnsPort: 53,
})
process.stdout.write('ready\n')
for await (const line of createInterface(process.stdin)) {
  become(JSON.parse(line))
  process.stdout.write('done\n')
}
process.exit(0)
