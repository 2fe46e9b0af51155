import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { networks, subscription } from '../../../../sandbox/estate.ts'
import type { Bench } from './clients.ts'
import { collect, refusal, startBench } from './clients.ts'

const version = 'api-version=2024-06-01'
const zones = (group = 'rg-dns') =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateDnsZones`
const { resourceGroup, vnet } = networks.prodWestus3
const networkId = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/virtualNetworks/${vnet}`
const link = { location: 'global', properties: { virtualNetwork: { id: networkId }, registrationEnabled: false } }

let bench: Bench

beforeAll(async () => {
  bench = await startBench()
})

afterAll(() => bench?.[Symbol.asyncDispose]())

/** A zone that is ready, under a name of its own. */
async function newZone(name = `z${randomUUID().slice(0, 8)}.example.com`, group = 'rg-dns') {
  const id = `${zones(group)}/${name}`
  const path = (rest = '') => `${id}${rest}?${version}`
  expect((await bench.call('PUT', path(), { body: { location: 'global' } })).status).toBe(202)
  await expect.poll(() => bench.call('GET', path())).toMatchObject({ body: { properties: { provisioningState: 'Succeeded' } } })
  return { name, path }
}

const a = (ipv4Address: string) => ({ properties: { ttl: 300, aRecords: [{ ipv4Address }] } })

test('a zone is accepted first, and there when its operation ends', async () => {
  bench.world.latencies.privateZone = 80
  const path = `${zones()}/slow.example.com?${version}`
  const accepted = await bench.call('PUT', path, { body: { location: 'global', tags: { team: 'dns' } } })
  expect(accepted).toMatchObject({ status: 202, headers: { 'retry-after': '1' }, body: undefined })
  const at = (header: string) => {
    const { pathname, search } = new URL(accepted.headers[header] ?? '')
    return bench.call('GET', `${pathname}${search}`)
  }
  expect(await at('azure-asyncoperation')).toMatchObject({ body: { status: 'InProgress' } })
  expect(await at('location')).toMatchObject({ status: 202 })
  expect(await bench.call('PUT', path, { body: { location: 'global' } })).toMatchObject({
    status: 409,
    body: { error: { code: 'Conflict' } },
  })
  await expect.poll(() => at('azure-asyncoperation')).toMatchObject({ body: { status: 'Succeeded' } })
  expect(await at('location')).toMatchObject({ status: 200, body: { name: 'slow.example.com', tags: { team: 'dns' } } })
  bench.world.latencies.privateZone = 10
})

test('zones are in no region, and take fewer tags than other resources', async () => {
  const path = `${zones()}/misplaced.example.com?${version}`
  const put = (body: object) => bench.call('PUT', path, { body })
  expect(await put({ location: 'westus3' })).toMatchObject({
    status: 400,
    body: { error: { code: 'LocationNotAvailableForResourceType' } },
  })
  expect(await put({})).toMatchObject({ status: 400, body: { error: { code: 'LocationRequired' } } })
  expect(await put({ location: 'global', tags: { 'made by': 'me' } })).toMatchObject({ status: 400 })
})

test('preconditions guard zones, links and records', async () => {
  const { name, path } = await newZone()
  const { dns } = bench
  const again = await refusal(dns.privateZones.createOrUpdate('rg-dns', name, { location: 'global' }, { ifNoneMatch: '*' }))
  expect(again).toMatchObject({ statusCode: 412, code: 'PreconditionFailed' })

  const first = await dns.recordSets.createOrUpdate('rg-dns', name, 'A', '*', {
    ttl: 300,
    aRecords: [{ ipv4Address: '10.0.0.4' }],
  })
  const ifMatch = first.etag ?? ''
  const second = { ttl: 300, aRecords: [{ ipv4Address: '10.0.0.5' }] }
  expect(await refusal(dns.recordSets.createOrUpdate('rg-dns', name, 'A', '*', second, { ifNoneMatch: '*' }))).toMatchObject({
    statusCode: 412,
    code: 'PreconditionFailed',
  })
  const changed = await dns.recordSets.createOrUpdate('rg-dns', name, 'A', '*', second, { ifMatch })
  expect(changed.etag).not.toBe(ifMatch)
  expect(await refusal(dns.recordSets.delete('rg-dns', name, 'A', '*', { ifMatch }))).toMatchObject({ statusCode: 412 })
  expect(await bench.call('DELETE', path(), { headers: { 'if-match': `"${randomUUID()}"` } })).toMatchObject({ status: 412 })
  expect(await bench.call('PUT', path('/virtualNetworkLinks/new'), { body: link, headers: { 'if-match': '*' } })).toMatchObject({
    status: 412,
  })
})

test('a network resolves a name through one zone, and its link takes a while to work', async () => {
  bench.arm.resourceGroups.add(`${subscription}/rg-hub`)
  const { name, path } = await newZone()
  const hub = await newZone(name, 'rg-hub')
  const there = hub.path('/virtualNetworkLinks/hub')
  expect((await bench.call('PUT', there, { body: link })).status).toBe(202)
  expect(await bench.call('GET', there)).toMatchObject({ body: { properties: { virtualNetworkLinkState: 'InProgress' } } })
  await expect
    .poll(() => bench.call('GET', there))
    .toMatchObject({
      body: { properties: { virtualNetworkLinkState: 'Completed', provisioningState: 'Succeeded' } },
    })
  const here = await refusal(
    bench.dns.virtualNetworkLinks.createOrUpdate('rg-dns', name, 'mine', {
      location: 'global',
      virtualNetwork: { id: networkId },
    }),
  )
  expect(here).toMatchObject({
    statusCode: 400,
    code: 'BadRequest',
    message: expect.stringContaining('cannot be linked to multiple zones with overlapping namespaces'),
  })
  expect(await bench.call('GET', path())).toMatchObject({ body: { properties: { numberOfVirtualNetworkLinks: 0 } } })

  expect(await bench.call('DELETE', hub.path())).toMatchObject({ status: 409, body: { error: { code: 'CannotDeleteResource' } } })
  expect((await bench.call('DELETE', there)).status).toBe(202)
  await expect.poll(() => bench.call('GET', there)).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } })
  expect((await bench.call('DELETE', there)).status).toBe(204)
  expect((await bench.call('DELETE', hub.path())).status).toBe(202)
})

test('a link needs a network that exists and a zone that is ready', async () => {
  const { path } = await newZone()
  const nowhere = { ...link, properties: { virtualNetwork: { id: `${networkId}-nope` } } }
  expect(await bench.call('PUT', path('/virtualNetworkLinks/l'), { body: nowhere })).toMatchObject({ status: 400 })
  const orphan = `${zones()}/absent.example.com/virtualNetworkLinks/l?${version}`
  expect(await bench.call('PUT', orphan, { body: link })).toMatchObject({
    status: 404,
    body: { error: { code: 'ParentResourceNotFound' } },
  })
})

test('record sets are checked, synchronous, and word their errors without an envelope', async () => {
  const { name, path } = await newZone()
  const put = (body: unknown) => bench.call('PUT', path('/A/www'), { body })
  const refused = { status: 400, body: { code: 'BadRequest', message: expect.any(String) } }
  expect(await put({ properties: { aRecords: [{ ipv4Address: '10.0.0.4' }] } })).toMatchObject(refused)
  expect(await put(a('10.0.0.400'))).toMatchObject(refused)
  expect(
    await put({ properties: { ttl: 300, aRecords: [{ ipv4Address: '10.0.0.4' }, { ipv4Address: '10.0.0.4' }] } }),
  ).toMatchObject(refused)
  expect(await bench.call('GET', path('/A/www'))).toMatchObject({ status: 404, body: { code: 'NotFound' } })
  expect(await put(a('10.0.0.4'))).toMatchObject({
    status: 201,
    body: { name: 'www', properties: { fqdn: `www.${name}.`, ttl: 300 } },
  })
  expect(await put(a('10.0.0.5'))).toMatchObject({ status: 200 })
  expect(await refusal(bench.dns.recordSets.get('rg-dns', name, 'A', 'nope'))).toMatchObject({
    statusCode: 404,
    code: 'NotFound',
  })
  expect((await bench.dns.recordSets.get('rg-dns', name, 'SOA', '@')).soaRecord?.host).toBe('azureprivatedns.net')
})

test('lists come in pages of $top, and the client follows them', async () => {
  const { name, path } = await newZone()
  for (const label of ['one', 'two', 'three']) await bench.call('PUT', path(`/A/${label}`), { body: a('10.0.0.4') })
  const from = bench.world.calls.length
  const byType = await collect(bench.dns.recordSets.listByType('rg-dns', name, 'A', { top: 2 }))
  expect(byType.map((record) => record.name)).toEqual(['one', 'three', 'two'])
  expect(bench.world.calls.length - from).toBe(2)
  const all = await collect(bench.dns.recordSets.list('rg-dns', name))
  expect(all.map(({ type }) => type?.split('/').at(-1))).toEqual(['A', 'A', 'A', 'SOA'])

  await newZone()
  const listed = await collect(bench.dns.privateZones.list({ top: 1 }))
  expect(listed.map((zone) => zone.id?.toLowerCase()).toSorted()).toEqual([...bench.world.zones.keys()].toSorted())
})
