import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PrivateEndpoint, World } from '../../../../sandbox/world.ts'
import type { Plan } from '../../../../src/domain/plan.ts'
import { subnetId, vnetId } from '../../../../src/domain/target.ts'
import { servicesReachedFrom } from '../../../../src/jobs/requests/services-of-network.ts'
import { makePlan } from '../../../../src/jobs/steps/procedure.ts'
import { afterSetup } from '../../../contract/after-setup.ts'
import { carryOut, isWrite, network, type Workshop } from '../../../contract/step-fixture.ts'

/** The endpoint of a network, wherever it lies and whoever made it. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})
afterEach(() => {
  world.roles = [{ scope: '/', actions: ['*'], notActions: [] }]
})

const group = (name: string) => `/subscriptions/${network.subscription}/resourceGroups/${name}`
const here = group(network.resourceGroup)

function only(): PrivateEndpoint {
  const [found] = world.endpoints.values()
  if (found === undefined) throw new Error('no endpoint')
  return found
}

function put(endpoint: PrivateEndpoint): PrivateEndpoint {
  world.endpoints.set(endpoint.id.toLowerCase(), endpoint)
  return endpoint
}

/** The hub team made the endpoint in a group and a subnet of its own, and named it with other letters. */
function moveToHub(): PrivateEndpoint {
  const endpoint = only()
  world.endpoints.clear()
  return put({
    ...endpoint,
    id: endpoint.id.replace(/resourceGroups\/[^/]+/, 'resourceGroups/RG-Hub').replace(/[^/]+$/, 'zz-hub'),
    subnetId: `${vnetId(network).toUpperCase()}/subnets/hub`,
    tags: { owner: 'hub' },
  })
}

const endpointStep = ({ steps }: Plan) => steps.find(({ id }) => id === 'private-endpoint')

test('one in another resource group and subnet of the VNet is used, and marked as not ours', async () => {
  const { resourceGuid } = moveToHub()
  const before = world.calls.length
  expect(endpointStep(await makePlan('setup', workshop.context()))).toMatchObject({
    change: { kind: 'none' },
    note: `zz-hub · in RG-Hub · not made by this bot · GUID ${resourceGuid} · ${only().address}`,
  })
  await carryOut('setup', workshop.context())
  expect(world.calls.slice(before).filter(isWrite)).toEqual([])
})

test('it is found behind many others', async () => {
  moveToHub()
  for (let at = 0; at < 120; at++)
    put({ ...only(), id: `${here}/providers/Microsoft.Network/privateEndpoints/pe-${at}`, alias: 'x' })
  expect(endpointStep(await makePlan('setup', workshop.context()))?.note).toContain('zz-hub')
})

test('allow, revoke and a teardown without names find it too, and the endpoint stays', async () => {
  moveToHub()
  for (const service of world.services) service.privateEndpointIds = []
  await carryOut('allow', workshop.context())
  const { target, clouds, signal } = workshop.context()
  const [reached] = target.services
  const service = { ...reached.service, provider: 'azure' }
  const inventory = {
    readAt: new Date().toISOString(),
    services: [service],
    allowLists: { [service.id]: world.services.find(({ id }) => id === service.id)?.privateEndpointIds ?? [] },
  }
  const sources = {
    catalog: { current: async () => inventory },
    targets: { of: async () => ({ ...reached, alias: target.alias }), known: () => undefined },
    clouds,
    knownEndpoints: async () => [],
  }
  for (let at = 0; at < 20; at++)
    put({ ...only(), id: `${here}/providers/Microsoft.Network/privateEndpoints/st-${at}`, alias: '/subscriptions/s/storage' })
  const before = world.calls.length
  expect(await servicesReachedFrom(network, sources, signal)).toMatchObject([{ service: { name: 'analytics-prod' } }])
  // One list, one endpoint and its network interface: those of Azure's own services are not looked at.
  expect(world.calls.slice(before).filter(({ vendor }) => vendor === 'arm')).toHaveLength(3)
  await carryOut('teardown', workshop.context())
  expect(world.services.flatMap(({ privateEndpointIds }) => privateEndpointIds)).toEqual([])
  expect(world.endpoints.size).toBe(21)
})

test('one of another VNet is none', async () => {
  const endpoint = moveToHub()
  put({ ...endpoint, subnetId: `${vnetId(network)}-2/subnets/hub` })
  expect(endpointStep(await makePlan('setup', workshop.context()))?.change.kind).toBe('create')
})

test('where the subscription may not be listed the resource group is, and the plan says so', async () => {
  const reader = { actions: ['*'], notActions: [] }
  world.roles = [group('rg-network'), group('rg-dns')].map((scope) => ({ scope, ...reader }))
  expect(endpointStep(await makePlan('setup', workshop.context()))?.change.kind).toBe('none')
  moveToHub()
  for (const { records } of world.zones.values()) records.delete('a/*')
  expect(endpointStep(await makePlan('setup', workshop.context()))?.change).toMatchObject({
    kind: 'create',
    fields: expect.arrayContaining([{ name: 'others looked for', after: 'in the configured resource groups only' }]),
  })
  await expect(makePlan('allow', workshop.context())).rejects.toMatchObject({
    code: 'endpoint-absent',
    message: expect.stringContaining('Only the configured resource groups could be searched.'),
  })
})

describe('an endpoint that lies where nobody may look', () => {
  beforeEach(() => {
    world.roles = [group('rg-network'), group('rg-dns')].map((scope) => ({ scope, actions: ['*'], notActions: [] }))
    moveToHub()
  })

  test('is not taken for deleted by a setup: record and lists stay as they are', async () => {
    await expect(makePlan('setup', workshop.context())).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('only the configured resource groups could be searched'),
    })
    for (const { records } of world.zones.values()) records.delete('a/*')
    const { steps } = await makePlan('setup', workshop.context())
    const removed = steps.flatMap(({ change }) =>
      'fields' in change ? change.fields.filter(({ after }) => after === undefined) : [],
    )
    expect(removed).toEqual([])
  })

  test.each(['revoke', 'teardown'] as const)('is a reason to remove nothing by a %s', async (action) => {
    await expect(makePlan(action, workshop.context())).rejects.toMatchObject({
      code: 'endpoint-not-seen',
      message: expect.stringContaining('Nothing was removed.'),
      remedy: expect.stringContaining('privateEndpoints/read on the whole subscription'),
    })
  })

  test('is known to be deleted where the approved plan named it, and it is gone', async () => {
    world.roles = [{ scope: '/', actions: ['*'], notActions: [] }]
    const approved = await makePlan('teardown', workshop.context())
    world.endpoints.clear()
    world.roles = [group('rg-network'), group('rg-dns'), group('rg-hub')].map((scope) => ({
      scope,
      actions: ['*'],
      notActions: [],
    }))
    const { steps } = await makePlan('teardown', workshop.context({ approved }))
    expect(steps.find(({ id }) => id === 'private-endpoint')?.note).toBe('not there')
  })
})

test('one in the subscription of the zones is found, where that may be listed', async () => {
  const hub = '99999999-3e4a-4b5c-8d6e-7f8091a2b3c4'
  const endpoint = moveToHub()
  world.endpoints.clear()
  put({ ...endpoint, id: endpoint.id.replace(network.subscription, hub) })
  const { target } = workshop.context()
  const shared = { ...network, dns: { subscription: hub, resourceGroup: 'rg-dns' } }
  const context = () => workshop.context({ target: { ...target, network: shared } })
  expect(endpointStep(await makePlan('allow', context()))?.note).toMatch(/^zz-hub/)
  world.roles = [{ scope: `/subscriptions/${network.subscription}`, actions: ['*'], notActions: [] }]
  await expect(makePlan('allow', context())).rejects.toMatchObject({
    message: expect.stringContaining('Only the configured resource groups could be searched.'),
  })
})

test('of several the one that works, ours first', async () => {
  const ours = only()
  const theirs = { ...ours, tags: { owner: 'hub' }, subnetId: `${vnetId(network)}/subnets/hub` }
  const at = (name: string) => `${group('rg-hub')}/providers/Microsoft.Network/privateEndpoints/${name}`
  world.endpoints.clear()
  put({ ...theirs, id: at('a-failed'), provisioningState: 'Failed' })
  put({ ...theirs, id: at('b-pending'), connection: 'Pending' })
  put({ ...theirs, id: at('c-approved') })
  expect(endpointStep(await makePlan('setup', workshop.context()))?.note).toMatch(/^c-approved/)
  put({ ...ours, id: at('d-ours'), subnetId: subnetId(network) })
  expect(endpointStep(await makePlan('setup', workshop.context()))?.note).toMatch(/^d-ours/)
})

test('of several the one to which the record leads, so that only the list has to change', async () => {
  const ours = only()
  const hub = put({
    ...ours,
    id: `${ours.id}-hub`,
    nicId: `${ours.nicId}-hub`,
    address: `${world.addressBase}.77`,
    resourceGuid: crypto.randomUUID(),
    tags: { owner: 'hub' },
    subnetId: `${vnetId(network)}/subnets/hub`,
  })
  expect(endpointStep(await makePlan('setup', workshop.context()))?.note).not.toContain('-hub')
  const [wildcard] = [...world.zones.values()].flatMap(({ records }) => [...records.values()])
  if (wildcard === undefined) throw new Error('no record')
  Object.assign(wildcard, { addresses: [hub.address], metadata: { owner: 'hub' } })
  for (const action of ['setup', 'allow'] as const) {
    const { steps } = await makePlan(action, workshop.context())
    expect(steps.filter(({ change }) => change.kind !== 'none').map(({ id }) => id)).toEqual(['organization-entry', 'allow-list'])
  }
})

test('two services of one name and two aliases get an endpoint each', async () => {
  const [name, alias] = [only().id.split('/').at(-1), 'another.alias']
  const service = world.services.find((each) => each.name === 'analytics-prod')
  if (service === undefined) throw new Error('no service')
  const before = service.alias
  service.alias = alias
  try {
    const context = () => workshop.context({ target: { ...workshop.context().target, alias } })
    const change = endpointStep(await makePlan('setup', context()))?.change
    const made = change?.kind === 'create' ? change.fields[0] : undefined
    expect(made).toEqual({ name: 'name', after: expect.stringMatching(new RegExp(`^${name}-[0-9a-f]{8}$`)) })
    await carryOut('setup', context())
    expect([...world.endpoints.values()].map(({ id, alias: leadsTo }) => [id.split('/').at(-1), leadsTo])).toEqual([
      [name, before],
      [made?.after, alias],
    ])
    expect(endpointStep(await makePlan('setup', context()))?.change.kind).toBe('none')
  } finally {
    if (before !== undefined) service.alias = before
  }
})
