import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ClickHouseCloud } from '../../../../sandbox/clickhouse-cloud/server.ts'
import { startClickHouseCloud } from '../../../../sandbox/clickhouse-cloud/server.ts'
import { acme, keys, organizationId } from '../../../../sandbox/estate.ts'
import type { PrivateEndpoint, World } from '../../../../sandbox/world.ts'

const latencies = { arm: 0, privateEndpoint: 0, privateZone: 0, networkLink: 0, clickhouse: 1, propagation: 40 }
const analytics = '9a1c4d2e-0b3f-4a5d-8c7e-6f5a4b3c2d10'
const aws = '50719213-4d5e-4f60-8172-8d9e0f1a2b34'
const guid = '2f1c3c52-5d5e-4c9e-8f1a-0123456789ab'

let world: World
let cloud: ClickHouseCloud

beforeEach(async () => {
  world = acme({ addressBase: '127.10.0', latencies })
  cloud = await startClickHouseCloud(world, { rateLimit: { requests: 1_000, windowMs: 1_000 } })
})
afterEach(() => cloud.close())

async function call<Result = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  contentType = 'application/json',
) {
  const response = await fetch(`${cloud.url}/organizations/${organizationId}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${keys.id}:${keys.secret}`).toString('base64')}`,
      'content-type': contentType,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const { result, error } = (await response.json()) as { result: Result; error?: string }
  return { status: response.status, result, error }
}

const patchService = (change: unknown, id = analytics) => call('PATCH', `/services/${id}`, { privateEndpointIds: change })
const patchOrganization = (change: unknown) => call('PATCH', '', { privateEndpoints: change })
const entry = (id: string, rest: object = {}) => ({ id, cloudProvider: 'azure', region: 'westus3', ...rest })

test('a service has the fields of a real one', async () => {
  world.organizations[0]?.privateEndpoints.push(
    { ...entry('there'), description: '' },
    { ...entry('elsewhere', { region: 'eastus2' }), description: '' },
  )
  const { result } = await call('GET', `/services/${analytics}`)
  expect(result).toMatchObject({
    id: analytics,
    name: 'analytics-prod',
    provider: 'azure',
    region: 'westus3',
    state: 'running',
    endpoints: [
      { protocol: 'https', host: 'q7k3m9x2wb.westus3.azure.clickhouse.cloud', port: 8443 },
      { protocol: 'nativesecure', host: 'q7k3m9x2wb.westus3.azure.clickhouse.cloud', port: 9440 },
    ],
    privateEndpointIds: [],
    availablePrivateEndpointIds: ['there'],
    ipAccessList: expect.any(Array),
    createdAt: expect.any(String),
  })
  const list = await call<{ id: string }[]>('GET', '/services')
  expect(list.result.map(({ id }) => id)).toEqual(world.services.map(({ id }) => id))
})

test('the services can be filtered by tag and by nothing else', async () => {
  expect((await call('GET', '/services?filter=tag:team=data')).result).toEqual([])
  expect((await call('GET', '/services?filter=name:twin')).status).toBe(400)
})

test('a private endpoint configuration is empty where the plan has none', async () => {
  const full = await call('GET', `/services/${analytics}/privateEndpointConfig`)
  expect(full.result).toEqual({
    endpointServiceId: world.services[0]?.alias,
    privateDnsHostname: 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud',
  })
  const none = await call('GET', `/services/${aws}/privateEndpointConfig`)
  expect(none).toMatchObject({ status: 200, result: {} })
  expect((await patchService({ add: ['x'] }, aws)).status).toBe(400)
})

test('adding to a service registers the id with the organization, unverified', async () => {
  expect((await patchService({ add: ['made-up'] })).result).toMatchObject({
    privateEndpointIds: ['made-up'],
    availablePrivateEndpointIds: ['made-up'],
  })
  expect((await call('GET', '')).result).toMatchObject({ privateEndpoints: [entry('made-up', { description: '' })] })
  expect((await patchOrganization({ add: [entry('made-up')] })).error).toMatch(/^BAD_REQUEST: .*already exists/)
})

test('one call adds to the service and to the organization with a description', async () => {
  const added = await call('POST', `/services/${analytics}/privateEndpoint`, { id: guid, description: 'prod' })
  expect(added).toMatchObject({ status: 200, result: entry(guid, { description: 'prod' }) })
  expect(world.services[0]?.privateEndpointIds).toEqual([guid])
  expect(world.organizations[0]?.privateEndpoints).toEqual([entry(guid, { description: 'prod' })])
  expect((await call('POST', `/services/${analytics}/privateEndpoint`, { id: guid })).status).toBe(400)
})

test('removals come before additions, on the service and on the organization', async () => {
  await patchOrganization({ add: [entry('a', { description: 'old' })] })
  const replaced = await patchOrganization({ remove: [entry('a')], add: [entry('a', { description: 'new' })] })
  expect(replaced.result).toMatchObject({ privateEndpoints: [entry('a', { description: 'new' })] })
  await patchService({ add: ['a', 'b'] })
  expect((await patchService({ remove: ['a'], add: ['a'] })).result).toMatchObject({ privateEndpointIds: ['b', 'a'] })
})

test('only deltas are accepted, and a refused change changes nothing', async () => {
  await patchService({ add: ['a'] })
  for (const change of [
    { add: ['a'] },
    { add: ['b', 'b'] },
    { remove: ['A'] },
    { remove: ['a', 'a'] },
    { remove: ['a'], add: ['c', 'c'] },
  ]) {
    expect((await patchService(change)).error, JSON.stringify(change)).toMatch(/^BAD_REQUEST: /)
  }
  for (const change of [
    { remove: [entry('b')] },
    { remove: [entry('a', { region: 'eastus2' })] },
    { add: [entry('c'), entry('c')] },
  ]) {
    expect((await patchOrganization(change)).error, JSON.stringify(change)).toMatch(/^BAD_REQUEST: /)
  }
  expect(world.services[0]?.privateEndpointIds).toEqual(['a'])
  expect(world.organizations[0]?.privateEndpoints.map(({ id }) => id)).toEqual(['a'])
})

test('an id in use by a service stays in the organization', async () => {
  await patchService({ add: ['a'] })
  expect((await patchOrganization({ remove: [entry('a')] })).error).toMatch(/^BAD_REQUEST: .*in use/)
  await patchService({ remove: ['a'] })
  expect((await patchOrganization({ remove: [entry('a')] })).result).toMatchObject({ privateEndpoints: [] })
})

test.each([
  ['an unknown key', { privateEndpointIds: { add: ['a'] }, extra: 1 }],
  ['an unknown key inside', { privateEndpointIds: { append: ['a'] } }],
  ['a wrong type', { privateEndpointIds: { add: 'a' } }],
  ['a wrong element', { privateEndpointIds: { add: [1] } }],
  ['null', { privateEndpointIds: null }],
  ['an array', []],
  ['no JSON', '{'],
])('a service change with %s is a bad request', async (_name, body) => {
  expect(await call('PATCH', `/services/${analytics}`, body)).toMatchObject({
    status: 400,
    error: expect.stringMatching(/^BAD_REQUEST: request body/),
  })
})

test.each([
  ['an unknown region', entry('a', { region: 'westus2' })],
  ["another provider's region", entry('a', { region: 'us-east-1' })],
  ['an unknown provider', entry('a', { cloudProvider: 'AZURE' })],
  ['no region', { id: 'a', cloudProvider: 'azure' }],
  ['an unknown key', entry('a', { name: 'x' })],
])('an organization entry with %s is a bad request', async (_name, added) => {
  expect((await patchOrganization({ add: [added] })).error).toMatch(/^BAD_REQUEST: request body\.privateEndpoints\.add\.0/)
  expect(world.organizations[0]?.privateEndpoints).toEqual([])
})

test('a body that is not declared as JSON is a bad request, and what is not simulated says so', async () => {
  expect((await call('PATCH', `/services/${analytics}`, { privateEndpointIds: {} }, 'text/plain')).error).toMatch(/content-type/)
  expect(await call('PATCH', '', { name: 'new' })).toMatchObject({ status: 501, error: expect.stringContaining('name') })
})

test('a waiting connection is approved after the propagation, not before, and stays so', async () => {
  const endpoint: PrivateEndpoint = {
    id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe',
    location: 'westus3',
    tags: {},
    resourceGuid: guid,
    subnetId: '/subscriptions/s/subnets/endpoints',
    connectionName: 'c',
    alias: world.services[0]?.alias ?? '',
    requestMessage: '',
    applicationSecurityGroups: [],
    nicId: '/nic',
    address: '127.10.0.4',
    provisioningState: 'Succeeded',
    connection: 'Pending',
  }
  world.endpoints.set(endpoint.id.toLowerCase(), endpoint)
  let changes = 0
  world.events.on('change', () => changes++)
  await patchService({ add: [guid.toUpperCase()] })
  expect([endpoint.connection, changes]).toEqual(['Pending', 1])
  await vi.waitFor(() => expect(endpoint.connection).toBe('Approved'), { interval: 5 })
  await patchService({ remove: [guid.toUpperCase()] })
  await vi.waitFor(() => expect(changes).toBe(4), { interval: 5 })
  expect(endpoint.connection).toBe('Approved')
})
