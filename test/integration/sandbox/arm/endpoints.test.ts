import { afterAll, beforeAll, expect, test } from 'vitest'
import { networks, subscription } from '../../../../sandbox/estate.ts'
import type { Bench } from './clients.ts'
import { collect, refusal, startBench } from './clients.ts'

const { resourceGroup, vnet, subnet, location } = networks.prodWestus3
const provider = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network`
const version = 'api-version=2025-03-01'
const path = (name: string) => `${provider}/privateEndpoints/${name}?${version}`

let bench: Bench
let alias: string

beforeAll(async () => {
  bench = await startBench()
  alias = bench.world.services[0]?.alias ?? ''
})

afterAll(() => bench?.[Symbol.asyncDispose]())

interface Wanted {
  location?: string
  subnet?: string
  alias?: string
  message?: string
  list?: string
  tags?: Record<string, string>
}

function body(wanted: Wanted = {}) {
  const connection = {
    name: 'clickhouse',
    properties: { privateLinkServiceId: wanted.alias ?? alias, groupIds: [], requestMessage: wanted.message ?? '' },
  }
  return {
    location: wanted.location ?? location,
    tags: wanted.tags ?? {},
    properties: {
      subnet: { id: wanted.subnet ?? `${provider}/virtualNetworks/${vnet}/subnets/${subnet}` },
      [wanted.list ?? 'manualPrivateLinkServiceConnections']: [connection],
    },
  }
}

const put = (name: string, wanted?: Wanted) => bench.call('PUT', path(name), { body: body(wanted) })

async function settled(name: string) {
  await expect
    .poll(() => bench.call('GET', path(name)))
    .toMatchObject({ body: { properties: { provisioningState: 'Succeeded' } } })
}

test('an endpoint is long in the making, and has no address until then', async () => {
  bench.world.latencies.privateEndpoint = 150
  const created = await put('pe-slow')
  bench.world.latencies.privateEndpoint = 10
  expect(created).toMatchObject({
    status: 201,
    headers: { 'retry-after': '1' },
    body: { etag: expect.stringMatching(/^W\/".+"$/), properties: { provisioningState: 'Updating', customDnsConfigs: [] } },
  })
  const endpoint = [...bench.world.endpoints.values()].find(({ id }) => id.endsWith('pe-slow'))
  const nic = () => bench.call('GET', `${endpoint?.nicId}?${version}`)
  const configuration = (properties: object) => ({ body: { properties: { ipConfigurations: [{ properties }] } } })
  expect(await nic()).not.toMatchObject(configuration({ privateIPAddress: expect.anything() }))
  const operation = new URL(created.headers['azure-asyncoperation'] ?? '')
  const status = () => bench.call('GET', `${operation.pathname}${operation.search}`)
  expect(await status()).toMatchObject({ status: 200, headers: { 'retry-after': '1' }, body: { status: 'InProgress' } })

  for (const method of ['PUT', 'DELETE']) {
    const options = method === 'PUT' ? { body: body() } : {}
    expect(await bench.call(method, path('pe-slow'), options)).toMatchObject({
      status: 429,
      body: { error: { code: 'RetryableErrorDueToAnotherOperation' } },
    })
  }

  await settled('pe-slow')
  expect(await status()).toMatchObject({ body: { status: 'Succeeded' } })
  expect(await nic()).toMatchObject(
    configuration({ privateIPAddress: endpoint?.address, primary: true, privateIPAddressVersion: 'IPv4' }),
  )
})

test('the GUID is in what Azure sends, but not in what its client returns', async () => {
  const { network, world } = bench
  await put('pe-guid')
  let raw: unknown
  const read = await network.privateEndpoints.get(resourceGroup, 'pe-guid', {
    onResponse: ({ parsedBody }) => {
      raw = parsedBody
    },
  })
  const guid = world.endpoints.get(read.id?.toLowerCase() ?? '')?.resourceGuid
  expect(raw).toMatchObject({ properties: { resourceGuid: guid } })
  expect(JSON.stringify(Object.keys(read))).not.toContain('resourceGuid')
})

test("the client's poller keeps to Retry-After", async () => {
  bench.world.latencies.privateEndpoint = 1_200
  const from = bench.world.calls.length
  await bench.network.privateEndpoints.createOrUpdate(resourceGroup, 'pe-polled', {
    location,
    subnet: { id: `${provider}/virtualNetworks/${vnet}/subnets/${subnet}` },
    manualPrivateLinkServiceConnections: [{ name: 'clickhouse', privateLinkServiceId: alias }],
  })
  bench.world.latencies.privateEndpoint = 10
  const polls = bench.world.calls.slice(from).filter((call) => call.path.includes('/operations/'))
  const gaps = polls.slice(1).map(({ startedAt }, index) => startedAt - (polls[index]?.startedAt ?? 0))
  expect(gaps.length).toBeGreaterThan(0)
  expect(Math.min(...gaps)).toBeGreaterThan(950)
  expect(Math.max(...gaps)).toBeLessThan(1_950)
})

test('the same endpoint can be put again, and another one under its name cannot', async () => {
  await put('pe-again')
  await settled('pe-again')
  const { etag: before } = await read('pe-again')
  expect(await put('pe-again', { tags: { team: 'data' } })).toMatchObject({ status: 200, body: { tags: { team: 'data' } } })
  await settled('pe-again')
  expect((await read('pe-again')).etag).not.toBe(before)
  const endpoints = [...bench.world.endpoints.values()].filter(({ id }) => id.endsWith('pe-again'))
  expect(endpoints).toMatchObject([{ connection: 'Pending' }])

  const other = 'other.00000000-0000-0000-0000-000000000000.westus3.azure.privatelinkservice'
  const [service] = bench.world.services
  if (service) bench.world.services.push({ ...service, id: 'other', alias: other })
  expect(await put('pe-again', { alias: other })).toMatchObject({ status: 400 })
})

const refused: [string, Wanted, string][] = [
  ['a region other than the network’s', { location: 'eastus2' }, 'InvalidResourceReference'],
  ['a subnet that is not there', { subnet: `${provider}/virtualNetworks/${vnet}/subnets/nope` }, 'InvalidResourceReference'],
  ['an alias that nobody has', { alias: 'nobody.westus3.azure.privatelinkservice' }, 'InvalidPrivateLinkServiceId'],
  [
    'an alias among the connections that approve themselves',
    { list: 'privateLinkServiceConnections' },
    'InvalidPrivateLinkServiceId',
  ],
  ['a request message over 140 characters', { message: 'x'.repeat(141) }, 'InvalidRequestFormat'],
  ['a member that Azure does not know', { list: 'manualConnections' }, 'InvalidRequestFormat'],
]

test.each(refused)('refuses %s', async (_, wanted, code) => {
  expect(await put('pe-refused', wanted)).toMatchObject({ status: 400, body: { error: { code, message: expect.any(String) } } })
  expect([...bench.world.endpoints.keys()].filter((id) => id.endsWith('pe-refused'))).toEqual([])
})

test('an allow list that names the endpoint already has it approved soon after it is provisioned', async () => {
  const [service] = bench.world.services
  service?.privateEndpointIds.push(`${provider}/privateEndpoints/pe-expected`)
  await put('pe-expected')
  const approved = { properties: { privateLinkServiceConnectionState: { status: 'Approved', actionsRequired: 'None' } } }
  await expect
    .poll(() => bench.call('GET', path('pe-expected')))
    .toMatchObject({ body: { properties: { manualPrivateLinkServiceConnections: [approved] } } })
})

test('a deleted endpoint is gone when its operation ends, and deleting it again changes nothing', async () => {
  await put('pe-gone')
  await settled('pe-gone')
  const accepted = await bench.call('DELETE', path('pe-gone'))
  expect(accepted).toMatchObject({ status: 202, headers: { location: expect.stringContaining('/operationResults/') } })
  await expect
    .poll(() => bench.call('GET', path('pe-gone')))
    .toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } })
  expect(await bench.call('DELETE', path('pe-gone'))).toMatchObject({ status: 204 })
})

test('endpoints are listed by group and by subscription', async () => {
  await put('pe-listed')
  const names = async (pages: AsyncIterable<{ name?: string }>) => (await collect(pages)).map(({ name }) => name)
  expect(await names(bench.network.privateEndpoints.list(resourceGroup))).toContain('pe-listed')
  expect(await names(bench.network.privateEndpoints.listBySubscription())).toContain('pe-listed')
  expect(await names(bench.network.privateEndpoints.list('rg-dns'))).toEqual([])
})

test('a missing endpoint is a RestError with status and code', async () => {
  const error = await refusal(bench.network.privateEndpoints.get(resourceGroup, 'pe-nowhere'))
  expect(error).toMatchObject({ name: 'RestError', statusCode: 404, code: 'ResourceNotFound' })
})

async function read(name: string): Promise<{ etag?: string }> {
  return await bench.network.privateEndpoints.get(resourceGroup, name)
}
