import { once } from 'node:events'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect as connectTcp, createServer } from 'node:net'
import { connect } from 'node:tls'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Authority } from '../../../../sandbox/certificates.ts'
import { createAuthority } from '../../../../sandbox/certificates.ts'
import { acme } from '../../../../sandbox/estate.ts'
import { freeAddressBase } from '../../../../sandbox/vnet/addresses.ts'
import type { Network } from '../../../../sandbox/vnet/network.ts'
import { startNetwork } from '../../../../sandbox/vnet/network.ts'
import type { ClickHouseService, PrivateEndpoint, World } from '../../../../sandbox/world.ts'

const latencies = { arm: 0, privateEndpoint: 0, privateZone: 0, networkLink: 0, clickhouse: 0, propagation: 0 }
const guid = '2f1c3c52-5d5e-4c9e-8f1a-0123456789ab'

let authority: Authority
let world: World
let network: Network
let service: ClickHouseService
let endpoint: PrivateEndpoint

beforeAll(async () => {
  authority = await createAuthority()
})

beforeEach(async () => {
  world = acme({ addressBase: await freeAddressBase(), latencies })
  const [virtualNetwork] = world.networks.values()
  const [first] = world.services
  if (!virtualNetwork || !first?.alias) throw new Error('the estate is empty')
  service = first
  service.privateEndpointIds = [guid]
  endpoint = {
    id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe',
    location: 'westus3',
    tags: {},
    resourceGuid: guid,
    subnetId: `${virtualNetwork.id}/subnets/endpoints`,
    connectionName: 'c',
    alias: first.alias,
    requestMessage: '',
    applicationSecurityGroups: [],
    nicId: '/nic',
    address: world.allocateAddress(),
    provisioningState: 'Succeeded',
    connection: 'Approved',
  }
  world.endpoints.set(endpoint.id.toLowerCase(), endpoint)
  network = await startNetwork(world, { authority, virtualNetworkId: virtualNetwork.id, wakeMs: 60 })
})
afterEach(() => network.close())

const secret = () => ({ host: endpoint.address, servername: service.privateHost ?? '', ca: authority.certificate })

async function get(path: string): Promise<{ status: number | undefined; text: string }> {
  const outgoing = request({ ...secret(), port: 8443, path, agent: false }).end()
  const [response] = await once(outgoing, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, text }
}

/** How a TLS handshake ends: `open`, or the error's code with the bytes that came. */
async function handshake(port: number, options: object = {}): Promise<{ end: string; bytesRead: number; message?: string }> {
  const socket = connect({ ...secret(), port, ...options })
  try {
    await once(socket, 'secureConnect')
    return { end: 'open', bytesRead: socket.bytesRead }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { end: code ?? '', bytesRead: socket.bytesRead, message }
  } finally {
    socket.destroy()
  }
}

test('ping answers over verified TLS, and other paths do not', async () => {
  expect(await get('/ping')).toEqual({ status: 200, text: 'Ok.\n' })
  expect(await get('/elsewhere')).toMatchObject({ status: 404, text: expect.stringContaining('There is no handle /elsewhere') })
})

test('one wildcard certificate serves the region, and no other authority issued it', async () => {
  const socket = connect({ ...secret(), port: 8443 })
  await once(socket, 'secureConnect')
  expect(socket.getPeerCertificate().subjectaltname).toBe('DNS:*.westus3.privatelink.azure.clickhouse.cloud')
  socket.destroy()
  expect((await handshake(8443, { ca: [] })).end).toMatch(/CERT|SIGNATURE/)
})

test('the native port speaks TLS and sends HTTP clients away', async () => {
  const socket = connect({ ...secret(), port: 9440 })
  await once(socket, 'secureConnect')
  socket.write('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  expect(text).toContain('400 Bad Request')
  expect(text).toContain('Port 9440 is for clickhouse-client program')
})

test.each([8443, 9440])('port %i resets a connection that the service does not admit, after the hello', async (port) => {
  expect((await handshake(port)).end).toBe('open')
  service.privateEndpointIds = ['another-id']
  expect(await handshake(port)).toMatchObject({ end: 'ECONNRESET', bytesRead: 0, message: 'read ECONNRESET' })
  service.privateEndpointIds = [endpoint.id.toUpperCase()]
  expect((await handshake(port)).end).toBe('open')
})

test('an unknown name, no name, a public name and a service of another alias are reset', async () => {
  for (const servername of ['x.westus3.privatelink.azure.clickhouse.cloud', '', service.publicHost]) {
    expect(await handshake(8443, { servername }), servername).toMatchObject({ end: 'ECONNRESET', bytesRead: 0 })
  }
  service.alias = 'other.alias'
  expect(await handshake(8443)).toMatchObject({ end: 'ECONNRESET', bytesRead: 0 })
})

test('nothing is decided before the hello is whole, and a hello in pieces is understood', async () => {
  const socket = connectTcp(8443, endpoint.address)
  await once(socket, 'connect')
  socket.write(Buffer.from([22, 3]))
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(socket.destroyed).toBe(false)
  socket.write('garbage')
  await expect(once(socket, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' })

  const relay = createServer((client) => {
    const target = connectTcp(8443, endpoint.address)
    target.pipe(client).on('close', () => target.destroy())
    client.on('data', async (chunk) => {
      for (const piece of [chunk.subarray(0, 3), chunk.subarray(3, 90), chunk.subarray(90)]) {
        target.write(piece)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })
  })
  await once(relay.listen(0, '127.0.0.1'), 'listening')
  expect((await handshake((relay.address() as AddressInfo).port, { host: '127.0.0.1' })).end).toBe('open')
  await new Promise((resolve) => relay.close(resolve))
})

test('listeners follow the connection state, and open connections end with it', async () => {
  const socket = connect({ ...secret(), port: 9440 })
  await once(socket, 'secureConnect')
  const closed = once(socket, 'close')
  endpoint.connection = 'Disconnected'
  world.changed()
  await closed.catch(() => undefined)
  await vi.waitFor(async () => expect((await handshake(8443)).end).toBe('ECONNREFUSED'), { interval: 5 })
  endpoint.connection = 'Approved'
  endpoint.provisioningState = 'Updating'
  world.changed()
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect((await handshake(8443)).end).toBe('ECONNREFUSED')
  endpoint.provisioningState = 'Succeeded'
  world.changed()
  await vi.waitFor(async () => expect((await handshake(8443)).end).toBe('open'), { interval: 5 })
  world.endpoints.clear()
  world.changed()
  await vi.waitFor(async () => expect((await handshake(9440)).end).toBe('ECONNREFUSED'), { interval: 5 })
})

test("another network's endpoint is not served", async () => {
  const subnetId = `${[...world.networks.values()][1]?.id}/subnets/endpoints`
  const other: PrivateEndpoint = { ...endpoint, id: `${endpoint.id}2`, subnetId, address: world.allocateAddress() }
  const own: PrivateEndpoint = { ...endpoint, id: `${endpoint.id}3`, address: world.allocateAddress() }
  for (const added of [other, own]) world.endpoints.set(added.id.toLowerCase(), added)
  world.changed()
  await vi.waitFor(async () => expect((await handshake(9440, { host: own.address })).end).toBe('open'), { interval: 5 })
  expect((await handshake(8443, { host: other.address })).end).toBe('ECONNREFUSED')
})

test('a stopped service closes before it says anything', async () => {
  service.state = 'stopped'
  expect(await handshake(8443)).toMatchObject({
    end: 'ECONNRESET',
    bytesRead: 0,
    message: expect.stringContaining('before secure TLS'),
  })
})

test('an idle service wakes when a connection comes, and is slow to answer', async () => {
  service.state = 'idle'
  const startedAt = performance.now()
  const first = get('/ping')
  await vi.waitFor(() => expect(service.state).toBe('awaking'), { interval: 5 })
  expect(await Promise.all([first, get('/ping')])).toEqual([
    { status: 200, text: 'Ok.\n' },
    { status: 200, text: 'Ok.\n' },
  ])
  expect(performance.now() - startedAt).toBeGreaterThan(55)
  expect(service.state).toBe('running')
})

test('a closed network leaves its addresses free, also while a service wakes', async () => {
  service.state = 'idle'
  const waiting = handshake(8443)
  await vi.waitFor(() => expect(service.state).toBe('awaking'), { interval: 5 })
  await network.close()
  expect((await waiting).end).toBe('ECONNRESET')
  expect((await handshake(8443)).end).toBe('ECONNREFUSED')
  const { id } = [...world.networks.values()][0] ?? { id: '' }
  network = await startNetwork(world, { authority, virtualNetworkId: id })
  expect(network.dns).toEqual({ address: '127.0.0.1', port: expect.any(Number) })
})
