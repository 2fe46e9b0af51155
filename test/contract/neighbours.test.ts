import { expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import type { Action } from '../../src/domain/request.ts'
import { type Network, vnetId } from '../../src/domain/target.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import type { StepContext } from '../../src/jobs/steps/step.ts'
import { afterSetup } from './after-setup.ts'
import { beta, carryOut, changesOf, endpointIn, serviceIn, staging, type Workshop, zoneIn } from './step-fixture.ts'

/** A request changes nothing that another network, another organization or another owner stands on. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

const seen = (name: string) => serviceIn(world, name)
const endpoint = () => endpointIn(world)
const zone = () => zoneIn(world)
const about: Workshop['about'] = (...subject) => workshop.about(...subject)

/** Links another VNet to the zone. */
function linkAlso({ vnet }: Pick<Network, 'vnet'>): void {
  const [link] = zone().links.values()
  if (link === undefined) throw new Error('no link')
  const virtualNetworkId = vnetId({ ...staging, vnet })
  zone().links.set(vnet, { ...link, id: `${link.id}-${vnet}`, name: vnet, virtualNetworkId })
}

const plan = async (action: Action, context: StepContext) => changesOf(await makePlan(action, context))

test('a teardown in one network leaves the record of another alone', async () => {
  expect(await plan('teardown', about(['analytics-prod'], staging))).toEqual({})
})

test('a teardown leaves it alone also where both are linked to the zone, and its own endpoint is gone', async () => {
  linkAlso(staging)
  expect(await plan('teardown', about(['analytics-prod'], staging))).not.toHaveProperty('dns-record-removal')
})

test.each(['analytics-prod', 'billing-prod'])(
  'a setup in a second network does not take the shared wildcard over: %s',
  async (name) => {
    await expect(makePlan('setup', about([name], staging))).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('of prod-westus3, which shares this zone with staging-eastus2'),
    })
  },
)

test('a network that is another subnet of the VNet is no other', async () => {
  const [record] = zone().records.values()
  if (record === undefined) throw new Error('no record')
  const other = {
    ...endpoint(),
    id: `${endpoint().id}-2`,
    nicId: `${endpoint().nicId}-2`,
    address: '127.12.0.99',
    alias: 'another.alias',
  }
  world.endpoints.set(other.id.toLowerCase(), other)
  const [label = ''] = seen('analytics-prod').privateHost?.split('.') ?? []
  zone().records.set(`a/${label}`, { ...record, name: label, addresses: [other.address] })
  const { configured, target } = workshop.context()
  const networks = [{ ...target.network, name: 'apps', subnet: 'apps' }, ...configured.networks]
  const changes = await plan('setup', about(['analytics-prod'], target.network, { configured: { ...configured, networks } }))
  expect(changes).toEqual({ 'dns-record': expect.objectContaining({ kind: 'update' }) })
})

const zoneRemovals = ['dns-zone-removal', 'network-link-removal']

function addAaaa(): void {
  const [record] = zone().records.values()
  if (record === undefined) throw new Error('no record')
  zone().records.set('aaaa/db', { ...record, type: 'AAAA', name: 'db', metadata: { owner: 'hub' } })
}

test('records of other types keep the zone, and its link', async () => {
  addAaaa()
  const changes = await plan('teardown', about(['analytics-prod']))
  for (const step of zoneRemovals) expect(Object.keys(changes)).not.toContain(step)
  expect(Object.keys(changes)).toContain('dns-record-removal')
})

test('where records of all types may not be listed, their number tells whether there are others', async () => {
  const everything = world.roles
  world.roles = everything.map((role) => ({ ...role, notActions: ['Microsoft.Network/privateDnsZones/ALL/read'] }))
  expect(Object.keys(await plan('teardown', about(['analytics-prod'])))).toEqual(expect.arrayContaining(zoneRemovals))
  addAaaa()
  const { steps } = await makePlan('teardown', about(['analytics-prod']))
  const note = 'kept: the zone has other records (some of another type)'
  for (const id of zoneRemovals) expect(steps).toContainEqual(expect.objectContaining({ id, change: { kind: 'none' }, note }))
  world.roles = everything
})

test('a service of another organization that lists the endpoint keeps it, and is named', async () => {
  world.services.push({
    ...seen('analytics-prod'),
    id: '99999999-0b3f-4a5d-8c7e-6f5a4b3c2d10',
    organizationId: beta.organization.id,
    name: 'theirs',
    privateEndpointIds: [endpoint().resourceGuid],
  })
  try {
    const made = await makePlan('teardown', about(['analytics-prod']))
    expect(Object.keys(changesOf(made))).toEqual(['allow-list-removal'])
    expect(made.steps.map(({ note }) => note)).toContain('kept: beta/theirs still uses the endpoint')
  } finally {
    world.services.pop()
  }
})

test('an organization entry does not linger while its endpoint lives, whatever form the lists use', async () => {
  const other = {
    ...endpoint(),
    id: `${endpoint().id}-2`,
    name: 'pe-2',
    alias: 'another.alias',
    resourceGuid: '22222222-d824-450d-83c5-2fdad29e39d1',
  }
  world.endpoints.set(other.id.toLowerCase(), other)
  const [entry] = world.organizations[0]?.privateEndpoints ?? []
  if (entry === undefined) throw new Error('no entry')
  world.organizations[0]?.privateEndpoints.push({ ...entry, id: other.resourceGuid })
  seen('billing-prod').privateEndpointIds.push(other.id)
  const changes = await plan('teardown', about(['analytics-prod']))
  expect(changes['organization-entry-removal']).toEqual({
    kind: 'delete',
    fields: [{ name: 'id', before: endpoint().resourceGuid }],
  })
})

test('what others still list is kept also where the endpoint was deleted by hand', async () => {
  seen('billing-prod').privateEndpointIds.push(endpoint().resourceGuid)
  world.endpoints.clear()
  await carryOut('teardown', about(['analytics-prod']))
  expect(seen('analytics-prod').privateEndpointIds).toEqual([])
  expect(world.organizations[0]?.privateEndpoints).toHaveLength(1)
})

test('a foreign endpoint that has failed is neither overwritten nor replaced', async () => {
  Object.assign(endpoint(), { provisioningState: 'Failed', tags: { owner: 'hub' } })
  await expect(makePlan('setup', about(['analytics-prod']))).rejects.toMatchObject({
    code: 'blocked',
    message: expect.stringContaining('owner=hub'),
  })
})

test('our rejected endpoint is made anew under its own name, whichever service is named first', async () => {
  endpoint().connection = 'Rejected'
  const { id, resourceGuid } = endpoint()
  await carryOut('setup', about(['billing-prod', 'analytics-prod']))
  expect([...world.endpoints.values()].map((each) => each.id)).toEqual([id])
  expect(endpoint().resourceGuid).not.toBe(resourceGuid)
  expect(seen('analytics-prod').privateEndpointIds).toEqual([endpoint().resourceGuid])
})

test('whoever else lists an endpoint that is made anew is named', async () => {
  endpoint().connection = 'Rejected'
  const fieldsOf = async (...names: readonly string[]) => (await plan('setup', about(names)))['private-endpoint']
  expect(JSON.stringify(await fieldsOf('analytics-prod'))).not.toContain('needs a setup as well')
  seen('billing-prod').privateEndpointIds.push(endpoint().resourceGuid)
  expect(await fieldsOf('analytics-prod')).toMatchObject({
    fields: [{}, {}, {}, { name: 'needs a setup as well', after: 'billing-prod' }],
  })
  expect(JSON.stringify(await fieldsOf('analytics-prod', 'billing-prod'))).not.toContain('needs a setup as well')
})

test('an endpoint of ours that has failed is repaired under its own name, whichever service is named first', async () => {
  const { id } = endpoint()
  endpoint().provisioningState = 'Failed'
  await carryOut('setup', about(['billing-prod']))
  expect([...world.endpoints.values()].map((each) => [each.id, each.provisioningState])).toEqual([[id, 'Succeeded']])
  expect(seen('billing-prod').privateEndpointIds).toEqual([endpoint().resourceGuid])
})

test('of several endpoints to the alias the one that is connected is used', async () => {
  const { id } = endpoint()
  const pending = { ...endpoint(), id: id.replace('analytics', 'billing'), resourceGuid: 'p', connection: 'Pending' as const }
  world.endpoints.set(pending.id.toLowerCase(), pending)
  const context = about(['billing-prod'])
  await carryOut('setup', context)
  expect(context.facts.endpoint?.id).toBe(id)
  expect(seen('billing-prod').privateEndpointIds).toEqual([endpoint().resourceGuid])
})
