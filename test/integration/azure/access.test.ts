import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { DefaultAzureCredential } from '@azure/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { networks } from '../../../sandbox/estate.ts'
import { type AzureAccess, azureAccess } from '../../../src/azure/access.ts'
import { azureNetwork } from '../../../src/azure/network.ts'
import { type Network, subnetId, vnetId } from '../../../src/domain/target.ts'
import { type Bench, startBench } from '../sandbox/arm/clients.ts'

const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [], tags: {} }
const group = `/subscriptions/${network.subscription}/resourceGroups/${network.resourceGroup}`
const everything = { scope: '/', actions: ['*'], notActions: [] }
const signal = new AbortController().signal

let bench: Bench
let access: AzureAccess
beforeAll(async () => {
  bench = await startBench()
  setDefaultCACertificates([...getCACertificates('default'), bench.ca])
  access = azureAccess(new DefaultAzureCredential(), bench.arm.url)
})
afterAll(async () => await bench[Symbol.asyncDispose]())

test('the caller’s roles on a group, a resource and a part of a resource, those inherited included', async () => {
  const joiner = { actions: ['Microsoft.Network/virtualNetworks/subnets/join/action'], notActions: [] }
  bench.world.roles = [everything, { scope: subnetId(network), ...joiner }]
  const owner = { actions: ['*'], notActions: [] }
  expect(await access.permissions(group, signal)).toEqual([owner])
  expect(await access.permissions(vnetId(network), signal)).toEqual([owner])
  expect(await access.permissions(subnetId(network), signal)).toEqual([owner, joiner])
  bench.world.roles = [everything]
})

test('a group that is not there is told as that', async () => {
  const nowhere = group.replace(network.resourceGroup, 'rg-nowhere')
  await expect(access.permissions(nowhere, signal)).rejects.toMatchObject({ code: 'ResourceGroupNotFound' })
})

test('the VNet’s place and subnets', async () => {
  expect(await access.virtualNetwork(network, signal)).toEqual({ location: 'westus3', subnets: ['endpoints'] })
  await expect(access.virtualNetwork({ ...network, vnet: 'nowhere' }, signal)).rejects.toMatchObject({ code: 'ResourceNotFound' })
})

test('an answer that does not tell the subnets is not one that there are none', async () => {
  bench.world.gate = async ({ path }, phase) =>
    phase === 'answered' && path.includes('/virtualNetworks/')
      ? { status: 200, body: { location: 'westus3', properties: {} } }
      : undefined
  expect(await access.virtualNetwork(network, signal)).toEqual({ location: 'westus3' })
  bench.world.gate = async () => undefined
})

test('an alias is visible, or not', async () => {
  const [alias = ''] = bench.world.services.flatMap((service) => service.alias ?? [])
  expect(await access.sees(network, alias, signal)).toBe(true)
  expect(await access.sees(network, 'made-up', signal)).toBe(false)
})

test.each([
  ['the subscription', /resourceGroups\/[^/]+\/.*checkPrivateLink/i],
  ['the resource group, where the subscription does not tell', /subscriptions\/[^/]+\/providers\/.*checkPrivateLink/i],
])('the alias is asked for at %s', async (_where, closed) => {
  const [alias = ''] = bench.world.services.flatMap((service) => service.alias ?? [])
  const answers = [
    { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'not here' } } },
    { status: 404, body: { error: { code: 'InvalidResourceType', message: 'not here' } } },
  ]
  for (const answer of answers) {
    bench.world.gate = async ({ path }, phase) => (phase === 'arrived' && closed.test(path) ? answer : undefined)
    expect(await access.sees(network, alias, signal)).toBe(true)
  }
  bench.world.gate = async () => undefined
})

test('the policies that would refuse a zone, and none where the caller may not read them', async () => {
  const zone = {
    ...network.dns,
    type: 'Microsoft.Network/privateDnsZones',
    name: 'westus3.privatelink.azure.clickhouse.cloud',
    location: 'global',
    tags: {},
    apiVersion: '2024-06-01',
  }
  expect(await access.refusingPolicies(zone, signal)).toEqual([])
  const scope = `/subscriptions/${network.subscription}`
  const resourceType = 'Microsoft.Network/privateDnsZones'
  bench.world.policies.push({ name: 'deny-zones', displayName: '', scope, resourceType, reason: 'Ask the hub team.' })
  expect(await access.refusingPolicies(zone, signal)).toEqual([{ name: 'deny-zones', scope, reason: 'Ask the hub team.' }])
  bench.world.roles = [{ ...everything, notActions: ['Microsoft.PolicyInsights/*'] }]
  await expect(access.refusingPolicies(zone, signal)).rejects.toMatchObject({ code: 'policies-unread' })
  bench.world.roles = [everything]
  bench.world.policies.length = 0
})

test('the simulator refuses what a role does not allow, and what a linked resource does not', async () => {
  const azure = azureNetwork(new DefaultAzureCredential(), bench.arm.url)
  const endpoint = { name: 'pe', alias: 'a', requestMessage: '', tags: {} }
  bench.world.roles = [{ ...everything, notActions: ['Microsoft.Network/privateEndpoints/write'] }]
  await expect(azure.createEndpoint(network, endpoint, signal)).rejects.toMatchObject({ code: 'AuthorizationFailed' })
  bench.world.roles = [{ ...everything, notActions: ['Microsoft.Network/virtualNetworks/subnets/join/action'] }]
  await expect(azure.createEndpoint(network, endpoint, signal)).rejects.toMatchObject({ code: 'LinkedAuthorizationFailed' })
  bench.world.roles = [everything]
})
