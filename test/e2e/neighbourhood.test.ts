import { afterEach, describe, expect, test } from 'vitest'
import type { SandboxOptions } from '../../sandbox/sandbox.ts'
import { notes, type Office, openOffice } from './carry-out.ts'
import { addZone } from './house.ts'

/** A network in which others have made something before, or in another region, or with names of its own. */

let office: Office | undefined
afterEach(async () => {
  await office?.close()
  office = undefined
})

async function open(options?: SandboxOptions): Promise<Office> {
  office = await openOffice(options)
  return office
}

describe('what others made', () => {
  test('is used, and stays when we leave', async () => {
    const { sandbox, world, carryOut } = await open()
    const zone = addZone(sandbox)
    await carryOut('analytics-prod')
    for (const endpoint of world.endpoints.values()) endpoint.tags = { owner: 'hub' }
    const again = await carryOut('billing-prod')
    expect(notes(again)['private-endpoint']).toContain('not made by this bot')
    expect(await carryOut('analytics-prod billing-prod', 'teardown')).toMatchObject({ state: 'done' })
    expect(world.endpoints.size).toBe(1)
    expect(world.zones.get(zone.id.toLowerCase())).toBeDefined()
  })

  test('another alias in the region gets an endpoint and a record of its own', async () => {
    const { world, carryOut, service } = await open()
    await carryOut('analytics-prod')
    const other = service('billing-prod')
    other.alias = 'production-westus3-0-1.aaaa9c04-7d5b-4c1e-9c0d-2b1a0f9e8d7c.westus3.azure.privatelinkservice'
    expect(await carryOut('billing-prod')).toMatchObject({ state: 'done', outcome: { verdict: { code: 'healthy' } } })
    expect(world.endpoints.size).toBe(2)
    const [zone] = world.zones.values()
    expect(zone?.records.get('a/h2v8n4c6zt')?.addresses).toEqual([`${world.addressBase}.5`])
    expect(zone?.records.get('a/*')?.addresses).toEqual([`${world.addressBase}.4`])
  })
})

test('a service of another region: zone and entry of its region, the endpoint of the network’s', async () => {
  const group = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/db-clients'
  const { world, desk } = await open({
    configure: (file) => ({
      ...file,
      networks: file.networks.map((network) => ({ ...network, applicationSecurityGroups: [group], tags: { costCenter: '42' } })),
    }),
  })
  const zone = 'eastus2.privatelink.azure.clickhouse.cloud'
  const alias = 'production-eastus2-0-0.aaaa9c04-7d5b-4c1e-9c0d-2b1a0f9e8d7c.eastus2.azure.privatelinkservice'
  const [sample] = world.services
  if (sample === undefined) throw new Error('no service')
  const id = '77777777-4d5e-4f60-8172-8d9e0f1a2b34'
  world.services.push({ ...sample, id, name: 'far', region: 'eastus2', alias, privateHost: `z9.${zone}`, privateEndpointIds: [] })
  const asked = await desk.ask('far')
  expect(asked.plan?.crossRegion).toBe(true)
  await desk.approve(asked)
  expect(await desk.settled(asked.id, ['done', 'failed'])).toMatchObject({
    state: 'done',
    outcome: { verdict: { code: 'healthy' } },
  })
  const [endpoint] = world.endpoints.values()
  expect(endpoint).toMatchObject({ location: 'westus3', applicationSecurityGroups: [group] })
  const [made] = world.zones.values()
  expect(made?.name).toBe(zone)
  expect(world.organizations[0]?.privateEndpoints).toMatchObject([{ region: 'eastus2' }])
  const tags = {
    costCenter: '42',
    managedBy: 'privatelink-bot',
    privatelinkInstallation: 'sandbox',
    privatelinkRequest: asked.id,
    privatelinkAskedAt: asked.asked.at,
  }
  for (const thing of [endpoint, made, ...(made?.links.values() ?? [])]) expect(thing?.tags).toEqual(tags)
})

test('names and the form of ids are as the configuration says, and a mixed list is cleaned up', async () => {
  const endpoints = { name: 'ple-{vnet}-{service}', networkInterface: 'nic-{service}', listAs: 'resource-id' }
  const { world, carryOut, service } = await open({ configure: (file) => ({ ...file, endpoints }) })
  await carryOut('analytics-prod')
  const [endpoint] = world.endpoints.values()
  expect(endpoint?.id).toMatch(/ple-vnet-prod-analytics-prod$/)
  expect(endpoint?.nicId).toMatch(/nic-analytics-prod$/)
  expect(service('analytics-prod').privateEndpointIds).toEqual([endpoint?.id])
  service('analytics-prod').privateEndpointIds.push(endpoint?.resourceGuid.toUpperCase() ?? '', 'somebody-else')
  expect(await carryOut('analytics-prod')).toMatchObject({ state: 'done' })
  expect(service('analytics-prod').privateEndpointIds).toEqual([endpoint?.id, 'somebody-else'])
})
