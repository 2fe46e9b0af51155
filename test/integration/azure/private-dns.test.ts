import { PrivateDnsManagementClient } from '@azure/arm-privatedns'
import { DefaultAzureCredential } from '@azure/identity'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { azurePrivateDns } from '../../../src/azure/private-dns.ts'
import { linkName } from '../../../src/domain/resource-names.ts'
import { type AzureClients, errorOf, network, openClients, signal, zone } from './clients.ts'

let at: AzureClients
beforeAll(async () => {
  at = await openClients()
})
afterAll(async () => await at.close())
beforeEach(() => {
  at.world.gate = async () => undefined
})

test('what several networks ask for at the same time is asked of Azure once', async () => {
  const before = at.world.calls.length
  await Promise.all(Array.from({ length: 50 }, () => at.dns.zones('x.example', network, signal)))
  const lists = at.world.calls.slice(before).filter(({ path }) => /privateDnsZones\?/.test(path))
  expect(lists).toHaveLength(1)
})

test('zone, link and record, and what stands in their way', async () => {
  expect(await at.dns.zones(zone.name, network, signal)).toEqual([])
  await at.dns.createZone(zone, { a: 'b' }, signal)
  expect(await at.dns.zones(zone.name, network, signal)).toMatchObject([
    { settled: true, resourceGroup: 'rg-dns', tags: { a: 'b' } },
  ])
  expect(await errorOf(at.dns.createZone(zone, {}, signal))).toMatchObject({ name: 'RetryableError', code: 'PreconditionFailed' })

  await at.dns.createLink(zone, 'link-1', network, {}, signal)
  const [linked] = await at.dns.zones(zone.name, network, signal)
  expect(linked?.link?.name).toBe('link-1')
  const again = at.dns.createLink(zone, 'link-1', network, { owner: 'us' }, signal)
  expect(await errorOf(again)).toMatchObject({ code: 'PreconditionFailed' })

  const record = { name: '*', ttl: 300, addresses: ['127.9.9.4'], metadata: { managedBy: 'x' } }
  await at.dns.putARecord(zone, record, signal)
  const [stored] = await at.dns.aRecords(zone, signal)
  expect(stored).toMatchObject(record)
  expect(await errorOf(at.dns.putARecord(zone, record, signal))).toMatchObject({ code: 'PreconditionFailed' })
  const changed = { ...record, addresses: ['127.9.9.5'], etag: stored?.etag ?? '' }
  await at.dns.putARecord(zone, changed, signal)
  expect(await errorOf(at.dns.putARecord(zone, changed, signal))).toMatchObject({ code: 'PreconditionFailed' })
})

test('where the zone in the network’s own place is linked, no other zone and no other subscription is read', async () => {
  const hub = { subscription: '7c1f0f7e-1d2c-4b3a-9e8d-5f6a7b8c9d0e', resourceGroup: 'rg-hub' }
  const dns = azurePrivateDns(new DefaultAzureCredential(), at.arm.url, [hub])
  const readBy = async (work: Promise<unknown>): Promise<number> => {
    const before = at.world.calls.length
    await work
    return at.world.calls.slice(before).length
  }
  const linked = await dns.zones(zone.name, network, signal)
  expect(linked).toMatchObject([{ resourceGroup: 'rg-dns', link: { name: 'link-1' } }])
  expect(await readBy(dns.zones(zone.name, network, signal))).toBe(2)
  expect(await readBy(dns.forReport(signal).zones(zone.name, network, signal))).toBe(2)
  // The VNet of another network may be linked to a zone in any place.
  const other = { ...network, vnet: 'vnet-other' }
  await expect(dns.zones(zone.name, other, signal)).rejects.toThrow(`zones of subscription ${hub.subscription}`)
})

test('what was changed since it was read is not deleted, and a record that has no version is not touched', async () => {
  const [seen] = await at.dns.zones(zone.name, network, signal)
  const [record] = await at.dns.aRecords(zone, signal)
  const [stored] = at.world.zones.values()
  if (seen?.link === undefined || record === undefined || stored === undefined) throw new Error('no zone')
  const { link } = seen
  const old = { etag: 'old' }
  const deleteRecord = () => at.dns.deleteARecord(zone, { ...record, ...old }, signal)
  const deletions = [
    () => at.dns.deleteZone({ ...seen, ...old }, signal),
    () => at.dns.deleteLink(zone, { ...link, ...old }, signal),
    deleteRecord,
  ]
  for (const deletion of deletions) expect(await errorOf(deletion())).toMatchObject({ code: 'PreconditionFailed' })
  old.etag = ''
  const writes = [deleteRecord, () => at.dns.putARecord(zone, { ...record, etag: '' }, signal)]
  const before = at.world.calls.length
  for (const write of writes) {
    expect(await errorOf(write())).toMatchObject({ name: 'TerminalError', code: 'version-unknown' })
  }
  expect(at.world.calls).toHaveLength(before)
  await at.dns.deleteLink(zone, link, signal)
  expect(stored.links.size).toBe(0)
  await at.dns.createLink(zone, 'link-1', network, {}, signal)
})

test('a zone and a link of which Azure tells no version can go all the same', async () => {
  const place = { ...zone, name: 'unversioned.example' }
  await at.dns.createZone(place, {}, signal)
  await at.dns.createLink(place, 'link-1', network, {}, signal)
  await at.dns.deleteLink(place, { name: 'link-1', etag: '' }, signal)
  await at.dns.deleteZone({ ...place, etag: '' }, signal)
  expect(await at.dns.zones(place.name, network, signal)).toEqual([])
})

test.for([
  ['virtualNetworkLinks', () => at.dns.zones('deleted.example', network, signal)],
  ['A', () => at.dns.aRecords({ ...zone, name: 'deleted.example' }, signal)],
] as const)('a zone that is deleted before its %s are read is no error', async ([last, read]) => {
  await at.dns.createZone({ ...zone, name: 'deleted.example' }, {}, signal)
  const stored = [...at.world.zones.values()].find(({ name }) => name === 'deleted.example')
  if (stored === undefined) throw new Error('no zone')
  at.world.gate = async ({ path }, phase) => {
    if (phase === 'arrived' && path.includes(`/deleted.example/${last}?`)) at.world.zones.delete(stored.id.toLowerCase())
    return undefined
  }
  expect(await read()).toEqual([])
  expect(at.world.zones.has(stored.id.toLowerCase())).toBe(false)
})

test('of zones that no link tells apart, one of the network’s own subscription', async () => {
  const [sample] = at.world.zones.values()
  if (sample === undefined) throw new Error('no zone')
  const elsewhere = '99999999-3e4a-4b5c-8d6e-7f8091a2b3c4'
  for (const [subscription, group] of [
    [network.subscription, 'rg-z'],
    [elsewhere, 'rg-dns'],
  ]) {
    const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateDnsZones/z.example`
    at.world.zones.set(id.toLowerCase(), { ...sample, id, name: 'z.example', links: new Map(), records: new Map() })
  }
  const both = azurePrivateDns(new DefaultAzureCredential(), at.arm.url, [{ subscription: elsewhere, resourceGroup: 'rg-dns' }])
  const found = await both.zones('z.example', network, signal)
  expect(found.map(({ resourceGroup }) => resourceGroup)).toEqual(['rg-z', 'rg-dns'])
  for (const { id } of found) at.world.zones.delete(id.toLowerCase())
})

test('a zone elsewhere that is linked is asked by its id when it was found once, and looked for again when its link is gone', async () => {
  const name = 'elsewhere.example'
  const groups = ['rg-a', 'rg-b', 'rg-c', 'rg-d']
  const of = (resourceGroup: string) => ({ ...zone, name, resourceGroup })
  const [sample] = at.world.zones.values()
  if (sample === undefined) throw new Error('no zone')
  for (const group of groups) {
    const id = `/subscriptions/${network.subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateDnsZones/${name}`
    at.world.zones.set(id.toLowerCase(), { ...sample, id, name, links: new Map(), records: new Map() })
  }
  const dns = azurePrivateDns(new DefaultAzureCredential(), at.arm.url)
  const look = async () => {
    const before = at.world.calls.length
    const [found, ...more] = await dns.zones(name, network, signal)
    return { found, more, calls: at.world.calls.length - before }
  }
  await dns.createLink(of('rg-b'), 'theirs', network, {}, signal)
  // The zone in the network's own place, the list of zones, the links of each, and the listed link by its id.
  expect(await look()).toMatchObject({
    found: { resourceGroup: 'rg-b', link: { name: 'theirs' } },
    more: [],
    calls: 1 + 1 + 4 + 1,
  })
  // The zone in the network's own place, then the known zone, its links and the link.
  expect(await look()).toMatchObject({ found: { resourceGroup: 'rg-b', link: { name: 'theirs' } }, more: [], calls: 1 + 3 })

  at.world.gate = async ({ path }, phase) =>
    phase === 'arrived' && path.includes(`rg-b/providers/Microsoft.Network/privateDnsZones/${name}?`)
      ? { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no read' } } }
      : undefined
  expect(await look()).toMatchObject({ found: { resourceGroup: 'rg-b', link: { name: 'theirs' } } })
  at.world.gate = async () => undefined

  const { found } = await look()
  if (found?.link === undefined) throw new Error('no link')
  await dns.deleteLink(found, found.link, signal)
  await dns.createLink(of('rg-d'), 'moved', network, {}, signal)
  expect(await look()).toMatchObject({ found: { resourceGroup: 'rg-d', link: { name: 'moved' } }, more: [] })

  // The lists show the link that is gone, and lack the new one.
  at.world.latencies.listLag = 600_000
  const [moved] = await dns.zones(name, network, signal)
  if (moved?.link === undefined) throw new Error('no link')
  await dns.deleteLink(moved, moved.link, signal)
  await dns.createLink(of('rg-c'), linkName(network), network, {}, signal)
  expect(await look()).toMatchObject({ found: { resourceGroup: 'rg-c', link: { name: linkName(network) } }, more: [] })
  delete at.world.latencies.listLag
  for (const group of groups) at.world.zones.delete(found.id.toLowerCase().replace('rg-b', group))
})

test('an answer without versions is read as such', async () => {
  at.world.gate = async ({ path }, phase) =>
    phase === 'answered' && path.includes('/A?')
      ? { status: 200, body: { value: [{ name: '*', properties: { ttl: 60, aRecords: [] } }] } }
      : undefined
  expect(await at.dns.aRecords(zone, signal)).toMatchObject([{ name: '*', etag: '' }])
})

test('where a subscription may not be listed, the configured resource groups are', async () => {
  const here = `/subscriptions/${network.subscription}/resourceGroups`
  const everything = at.world.roles
  at.world.roles = [{ scope: `${here}/rg-dns`, actions: ['*'], notActions: [] }]
  expect(await at.dns.zones(zone.name, network, signal)).toMatchObject([{ resourceGroup: 'rg-dns' }])
  at.world.roles = [{ scope: `${here}/rg-network`, actions: ['*'], notActions: [] }]
  expect(await errorOf(at.dns.zones(zone.name, network, signal))).toMatchObject({
    code: 'AuthorizationFailed',
    remedy: expect.stringContaining('Microsoft.Network/privateDnsZones/read'),
  })
  at.world.roles = everything
  const everywhere = `/subscriptions/${network.subscription}/providers/Microsoft.Network/privateDnsZones`
  for (const status of [404, 405, 501]) {
    at.world.gate = async ({ path }, phase) =>
      phase === 'arrived' && path.startsWith(everywhere)
        ? { status, body: { error: { code: 'NotFound', message: 'no such view' } } }
        : undefined
    expect(await at.dns.zones(zone.name, network, signal)).toMatchObject([{ resourceGroup: 'rg-dns' }])
  }
  at.world.gate = async () => undefined
})

test('a second zone of one name for one network', async () => {
  const other = { ...zone, resourceGroup: 'rg-network' }
  await at.dns.createZone(other, {}, signal)
  expect(await errorOf(at.dns.createLink(other, 'link-2', network, {}, signal))).toMatchObject({
    name: 'TerminalError',
    code: 'BadRequest',
    message: expect.stringContaining('overlapping namespaces'),
    remedy: expect.stringContaining('the bot looks for that zone and uses it'),
  })
})

test('a zone that somebody is changing', async () => {
  const { privateZone } = at.world.latencies
  at.world.latencies.privateZone = 1_000
  const theirs = new PrivateDnsManagementClient(new DefaultAzureCredential(), network.subscription, { endpoint: at.arm.url })
  const before = at.world.calls.length
  const changing = theirs.privateZones.createOrUpdate('rg-dns', zone.name, { location: 'global', tags: { owner: 'them' } })
  changing.catch(() => undefined)
  await expect
    .poll(() => at.world.calls.slice(before).some(({ method, status }) => method === 'PUT' && status === 202))
    .toBe(true)
  expect(await at.dns.zones(zone.name, network, signal)).toMatchObject([
    { settled: false, resourceGroup: 'rg-dns', link: { name: 'link-1' } },
  ])
  const record = { name: 'x', ttl: 300, addresses: ['127.9.9.9'], metadata: {} }
  expect(await errorOf(at.dns.putARecord(zone, record, signal))).toMatchObject({
    name: 'RetryableError',
    code: 'Conflict',
    remedy: expect.stringContaining('Another operation is changing the same resource'),
  })
  await changing
  at.world.latencies.privateZone = privateZone
  await at.dns.putARecord(zone, record, signal)
})
