import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Packet } from 'dns-packet'
import packets from 'dns-packet'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acme } from '../../../../sandbox/estate.ts'
import type { DnsServer } from '../../../../sandbox/vnet/dns.ts'
import { startDns } from '../../../../sandbox/vnet/dns.ts'
import type { PrivateZone, World } from '../../../../sandbox/world.ts'

const latencies = { arm: 0, privateEndpoint: 0, privateZone: 0, networkLink: 0, clickhouse: 0, propagation: 0 }
const zoneName = 'westus3.privatelink.azure.clickhouse.cloud'
const host = `q7k3m9x2wb.${zoneName}`

let world: World
let dns: DnsServer
let resolver: Resolver
let networkId: string

beforeEach(async () => {
  world = acme({ addressBase: '127.10.0', latencies })
  networkId = [...world.networks.values()][0]?.id ?? ''
  dns = await startDns(world, networkId)
  resolver = new Resolver({ timeout: 1_000, tries: 1 })
  resolver.setServers([`${dns.address}:${dns.port}`])
})
afterEach(() => dns.close())

function addZone(
  name: string,
  { linkedTo = networkId.toUpperCase(), state = 'Completed' as 'Completed' | 'InProgress' } = {},
): PrivateZone {
  const id = `/zones/${world.zones.size}`
  const link = { id: `${id}/l`, name: 'l', virtualNetworkId: linkedTo, registrationEnabled: false, tags: {}, etag: '1', state }
  const zone: PrivateZone = {
    id,
    name,
    tags: {},
    etag: '1',
    provisioningState: 'Succeeded',
    records: new Map(),
    links: new Map([['l', link]]),
  }
  world.zones.set(id, zone)
  return zone
}

function addRecord(zone: PrivateZone, type: string, name: string, ...addresses: string[]): void {
  zone.records.set(`${type}/${name}`.toLowerCase(), { type, name, ttl: 300, addresses, metadata: {}, etag: '1' })
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    (value) => value,
    (error) => error.code,
  )

async function sendUdp(message: Buffer, replies = 1): Promise<Buffer[]> {
  const socket = createSocket('udp4')
  const received: Buffer[] = []
  socket.on('message', (reply) => received.push(reply))
  socket.send(message, dns.port, dns.address)
  if (replies > 0) await once(socket, 'message')
  socket.close()
  return received
}

async function query(packet: Packet) {
  const [message] = await sendUdp(packets.encode({ type: 'query', id: 7, flags: packets.RECURSION_DESIRED, ...packet }))
  if (!message) throw new Error('no reply')
  return { ...packets.decode(message), rcode: message.readUInt16BE(2) & 15 }
}

test('a wildcard answers for every name of a linked zone, without regard to case', async () => {
  addRecord(addZone(zoneName), 'A', '*', '127.10.0.4')
  expect(await resolver.resolve4(host, { ttl: true })).toEqual([{ address: '127.10.0.4', ttl: 300 }])
  expect(await resolver.resolve4(`UPPER.${zoneName.toUpperCase()}`)).toEqual(['127.10.0.4'])
  expect(await resolver.resolve4(`a.b.${zoneName}`)).toEqual(['127.10.0.4'])
  const reply = await query({ questions: [{ type: 'A', name: `miXed.${zoneName}` }] })
  expect(reply).toMatchObject({ id: 7, rcode: 0, flag_aa: true, flag_ra: true, flag_rd: true })
  expect(reply.answers).toMatchObject([{ type: 'A', name: `miXed.${zoneName}`, ttl: 300, data: '127.10.0.4' }])
})

test('a host record goes before the wildcard', async () => {
  const zone = addZone(zoneName)
  addRecord(zone, 'A', '*', '127.10.0.4')
  addRecord(zone, 'A', 'q7k3m9x2wb', '127.10.0.5', '127.10.0.6')
  expect(await resolver.resolve4(host)).toEqual(['127.10.0.5', '127.10.0.6'])
})

test('a record of another type, or a name below, hides the wildcard', async () => {
  const zone = addZone(zoneName)
  addRecord(zone, 'A', '*', '127.10.0.4')
  addRecord(zone, 'TXT', 'q7k3m9x2wb', 'note')
  addRecord(zone, 'A', 'deep.h2v8n4c6zt', '127.10.0.9')
  expect(await code(resolver.resolve4(host))).toBe('ENODATA')
  expect(await resolver.resolveTxt(host)).toEqual([['note']])
  expect(await code(resolver.resolve4(`h2v8n4c6zt.${zoneName}`))).toBe('ENODATA')
  expect(await code(resolver.resolve4(`other.h2v8n4c6zt.${zoneName}`))).toBe('ENOTFOUND')
  expect(await code(resolver.resolve6(`free.${zoneName}`))).toBe('ENODATA')
  const reply = await query({ questions: [{ type: 'A', name: host }] })
  expect(reply).toMatchObject({ rcode: 0, answers: [], authorities: [{ type: 'SOA', data: { mname: 'azureprivatedns.net' } }] })
})

test('an empty zone denies its names with the SOA of Azure', async () => {
  addZone(zoneName)
  expect(await code(resolver.resolve4(host))).toBe('ENOTFOUND')
  expect(await query({ questions: [{ type: 'A', name: host }] })).toMatchObject({
    rcode: 3,
    flag_aa: true,
    authorities: [{ type: 'SOA', name: zoneName, data: { mname: 'azureprivatedns.net' } }],
  })
  expect((await resolver.resolveSoa(zoneName)).nsname).toBe('azureprivatedns.net')
})

test.each([
  ['another network', { linkedTo: '/subscriptions/other/vnet' }],
  ['this network, but not yet', { state: 'InProgress' as const }],
])('a zone linked to %s is not seen', async (_name, link) => {
  addRecord(addZone(zoneName, link), 'A', '*', '127.10.0.4')
  const reply = await query({ questions: [{ type: 'A', name: host }] })
  expect(reply).toMatchObject({ rcode: 3, flag_aa: false, authorities: [{ type: 'SOA', name: 'clickhouse.cloud' }] })
  expect(reply.authorities).not.toMatchObject([{ data: { mname: 'azureprivatedns.net' } }])
})

test('answers follow the world at once', async () => {
  const zone = addZone(zoneName, { state: 'InProgress' })
  addRecord(zone, 'A', '*', '127.10.0.4')
  expect(await code(resolver.resolve4(host))).toBe('ENOTFOUND')
  for (const link of zone.links.values()) link.state = 'Completed'
  expect(await resolver.resolve4(host)).toEqual(['127.10.0.4'])
})

test('the most specific linked zone is the only one asked', async () => {
  addRecord(addZone('clickhouse.cloud'), 'A', '*', '127.10.0.8')
  addZone(zoneName)
  expect(await code(resolver.resolve4(host))).toBe('ENOTFOUND')
  expect(await resolver.resolve4('anything.clickhouse.cloud')).toEqual(['127.10.0.8'])
})

test('aliases are followed, to nothing and in circles too', async () => {
  const zone = addZone(zoneName)
  addRecord(zone, 'CNAME', 'alias', `target.${zoneName}`)
  addRecord(zone, 'A', 'target', '127.10.0.4')
  addRecord(zone, 'CNAME', 'dangling', `gone.${zoneName}`)
  addRecord(zone, 'CNAME', 'outside', 'gone.example')
  addRecord(zone, 'CNAME', 'circle', `circle.${zoneName}`)
  expect(await resolver.resolve4(`alias.${zoneName}`)).toEqual(['127.10.0.4'])
  expect(await resolver.resolveCname(`alias.${zoneName}`)).toEqual([`target.${zoneName}`])
  expect(await resolver.resolve4(`dangling.${zoneName}`)).toEqual([])
  expect(await resolver.resolve4(`outside.${zoneName}`)).toEqual([])
  expect(await code(resolver.resolve4(`circle.${zoneName}`))).toBe('ESERVFAIL')
})

test('public hosts resolve to a public address, whatever is linked', async () => {
  addZone(zoneName)
  expect(await resolver.resolve4('q7k3m9x2wb.westus3.azure.clickhouse.cloud')).toEqual([expect.stringMatching(/^203\.0\.113\./)])
  expect(await code(resolver.resolve6('q7k3m9x2wb.westus3.azure.clickhouse.cloud'))).toBe('ENODATA')
  expect(await code(resolver.resolve4('www.example.com'))).toBe('ENOTFOUND')
})

test('EDNS is tolerated, an answer too long for UDP is cut, and TCP has it whole', async () => {
  const addresses = Array.from({ length: 20 }, (_, n) => `127.10.1.${n}`)
  addRecord(addZone(zoneName), 'A', '*', ...addresses)
  const questions = [{ type: 'A' as const, name: host }]
  expect(await query({ questions })).toMatchObject({ flag_tc: true, answers: [] })
  const opt = {
    type: 'OPT' as const,
    name: '.',
    udpPayloadSize: 4096,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  }
  expect(await query({ questions, additionals: [opt] })).toMatchObject({ flag_tc: false, additionals: [{ type: 'OPT' }] })
  expect(await resolver.resolve4(host)).toHaveLength(20)
  const socket = connect(dns.port, dns.address)
  const message = packets.streamEncode({ type: 'query', id: 9, questions })
  socket.write(message.subarray(0, 1))
  setTimeout(() => socket.write(message.subarray(1)), 5)
  let bytes = Buffer.alloc(0)
  while (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0))
    bytes = Buffer.concat([bytes, (await once(socket, 'data'))[0]])
  socket.destroy()
  expect(packets.streamDecode(bytes)).toMatchObject({ id: 9, answers: { length: 20 } })
})

test('garbage and replies are ignored, and strange questions are refused', async () => {
  await sendUdp(Buffer.from('garbage'), 0)
  await sendUdp(packets.encode({ type: 'response', id: 1, questions: [{ type: 'A', name: host }] }), 0)
  expect(await query({ questions: [] })).toMatchObject({ rcode: 1 })
  expect(await query({ questions: [{ type: 'A', name: host, class: 'CH' }] })).toMatchObject({ rcode: 5 })
  expect(await query({ flags: 4 << 11, questions: [{ type: 'A', name: host }] })).toMatchObject({ rcode: 4 })
})
