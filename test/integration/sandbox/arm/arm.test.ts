import { afterAll, beforeAll, expect, test } from 'vitest'
import { networks, subscription } from '../../../../sandbox/estate.ts'
import type { Bench } from './clients.ts'
import { startBench } from './clients.ts'

const zone = 'westus3.privatelink.azure.clickhouse.cloud'
const { resourceGroup, vnet, subnet, location } = networks.prodWestus3
const networkId = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/virtualNetworks/${vnet}`

let bench: Bench

beforeAll(async () => {
  bench = await startBench()
})

afterAll(() => bench?.[Symbol.asyncDispose]())

test("Microsoft's clients connect a network to a service, from endpoint to record, and take it all down again", async () => {
  const { world, network, dns } = bench
  const alias = world.services[0]?.alias ?? ''

  const visible = await network.privateLinkServices.checkPrivateLinkServiceVisibility(location, {
    privateLinkServiceAlias: alias,
  })
  expect(visible.visible).toBe(true)
  expect((await network.subnets.get(resourceGroup, vnet, subnet)).id).toBe(`${networkId}/subnets/${subnet}`)
  expect((await network.virtualNetworks.get(resourceGroup, vnet)).location).toBe(location)

  const endpoint = await network.privateEndpoints.createOrUpdate(resourceGroup, 'pe-analytics', {
    location,
    tags: { team: 'data' },
    subnet: { id: `${networkId}/subnets/${subnet}` },
    manualPrivateLinkServiceConnections: [{ name: 'clickhouse', privateLinkServiceId: alias, requestMessage: 'Hello' }],
  })
  expect(endpoint.provisioningState).toBe('Succeeded')
  expect(endpoint.tags).toEqual({ team: 'data' })
  const [connection] = endpoint.manualPrivateLinkServiceConnections ?? []
  expect(connection?.privateLinkServiceConnectionState?.status).toBe('Pending')
  const interfaceName = endpoint.networkInterfaces?.[0]?.id?.split('/').at(-1) ?? ''
  const nic = await network.networkInterfaces.get(resourceGroup, interfaceName)
  const address = nic.ipConfigurations?.[0]?.privateIPAddress ?? ''
  expect(address).toBe('127.10.0.4')

  const made = await dns.privateZones.createOrUpdate('rg-dns', zone, { location: 'global' }, { ifNoneMatch: '*' })
  expect(made.provisioningState).toBe('Succeeded')
  await dns.virtualNetworkLinks.createOrUpdate('rg-dns', zone, vnet, {
    location: 'Global',
    virtualNetwork: { id: networkId },
    registrationEnabled: false,
  })
  await expect
    .poll(async () => (await dns.virtualNetworkLinks.get('rg-dns', zone, vnet)).virtualNetworkLinkState)
    .toBe('Completed')
  const record = await dns.recordSets.createOrUpdate('rg-dns', zone, 'A', '*', { ttl: 300, aRecords: [{ ipv4Address: address }] })
  expect(record.fqdn).toBe(`*.${zone}.`)
  expect((await dns.recordSets.get('rg-dns', zone, 'A', '*')).aRecords).toEqual([{ ipv4Address: address }])
  expect([...world.zones.values()][0]?.records.get('a/*')?.addresses).toEqual([address])

  await dns.recordSets.delete('rg-dns', zone, 'A', '*')
  await dns.virtualNetworkLinks.delete('rg-dns', zone, vnet)
  await dns.privateZones.delete('rg-dns', zone)
  await network.privateEndpoints.delete(resourceGroup, 'pe-analytics')
  expect(world.zones.size).toBe(0)
  expect(world.endpoints.size).toBe(0)
})
