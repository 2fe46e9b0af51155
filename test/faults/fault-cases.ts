import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import { createAuthority } from '../../sandbox/certificates.ts'
import type { FindingCode } from '../../src/domain/diagnosis/finding.ts'
import type { FaultWorld } from './fault-world.ts'

/** One way to break a connection, on real sockets, and what `diagnose` says of it, the root cause first. */
export interface FaultCase {
  readonly codes: readonly FindingCode[]
  readonly what: string
  break(world: FaultWorld): Promise<void> | void
  readonly wake?: boolean
}

const day = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * day)

/** TLS at the endpoint's address, other than ClickHouse's. */
async function serveTls(world: FaultWorld, options: TlsOptions): Promise<void> {
  const tls = createTls(options)
  tls.on('tlsClientError', () => undefined)
  await world.serve((socket) => void tls.emit('connection', socket))
}

async function serveCertificate(
  world: FaultWorld,
  subject: { notBefore?: Date; notAfter?: Date; names?: string[] },
): Promise<void> {
  await serveTls(world, await world.authority.issue({ names: [world.host], ...subject }))
}

/** HTTP inside verified TLS that answers every request with this. */
async function serveHttp(world: FaultWorld, answer: string): Promise<void> {
  const identity = await world.authority.issue({ names: [world.host] })
  const tls = createTls(identity, (socket) => socket.once('data', () => socket.end(answer)).on('error', () => undefined))
  await world.serve((socket) => void tls.emit('connection', socket))
}

/** A port on which nobody accepts: its queue is full, so that every further SYN is dropped. */
async function deafPort(world: FaultWorld, port: number): Promise<void> {
  const script = `require('net').createServer().listen({port:${port},host:'${world.endpoint.address}',backlog:1},()=>{process.stdout.write('up');process.kill(process.pid,'SIGSTOP')})`
  world.endpoint.provisioningState = 'Updating'
  world.world.changed()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  world.defer(() => child.kill('SIGKILL'))
  if (child.stdout !== null) await once(child.stdout, 'data')
  for (let count = 0; count < 6; count += 1) {
    const socket = connect(port, world.endpoint.address)
    socket.on('error', () => undefined)
    world.defer(() => socket.destroy())
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
}

export const faultCases: readonly FaultCase[] = [
  { codes: ['healthy'], what: 'nothing', break: () => undefined },
  { codes: ['dns-zone-absent'], what: 'no zone', break: ({ world }) => world.zones.clear() },
  { codes: ['dns-zone-not-linked'], what: 'no link', break: ({ link }) => link(false) },
  { codes: ['dns-record-absent'], what: 'no record', break: ({ records }) => records.clear() },
  { codes: ['dns-record-masked'], what: 'a TXT record', break: ({ setRecord }) => setRecord('TXT', 'q7k3m9x2wb', 'hello') },
  {
    codes: ['dns-record-stale'],
    what: 'the wildcard leads elsewhere',
    break: ({ setRecord, foreign }) => setRecord('A', '*', foreign),
  },
  {
    codes: ['dns-record-shadowed'],
    what: 'a record of the host itself',
    break: ({ setRecord, foreign }) => setRecord('A', 'q7k3m9x2wb', foreign),
  },
  {
    codes: ['dns-cache-stale'],
    what: 'the resolver has the old address',
    async break({ dns, resolver, host, foreign }) {
      resolver(await dns({ answers: [{ type: 'A', name: host, ttl: 42, data: foreign }] }))
    },
  },
  {
    codes: ['dns-forwarder-missing'],
    what: 'NXDOMAIN of its own',
    async break({ dns, resolver }) {
      resolver(await dns({ rcode: 3 }))
    },
  },
  {
    codes: ['dns-server-failing'],
    what: 'SERVFAIL',
    async break({ dns, resolver }) {
      resolver(await dns({ rcode: 2 }))
    },
  },
  {
    codes: ['dns-server-failing'],
    what: 'a dead resolver',
    async break({ dns, resolver }) {
      resolver(await dns('silence'))
    },
  },
  {
    codes: ['healthy'],
    what: 'one of two resolvers is dead',
    async break({ dns, azureDns, resolver }) {
      resolver(await dns('silence'), azureDns)
    },
  },
  {
    codes: ['dns-public-address'],
    what: 'an address of the internet',
    break: ({ setRecord, world }) => {
      for (const endpoint of world.endpoints.values()) Object.assign(endpoint, { address: '203.0.113.7' })
      setRecord('A', '*', '203.0.113.7')
    },
  },
  {
    codes: ['dns-several-addresses'],
    what: 'two addresses',
    break: ({ setRecord, endpoint, foreign }) => setRecord('A', '*', endpoint.address, foreign),
  },
  {
    codes: ['dns-dangling-cname'],
    what: 'an alias of nothing',
    break: ({ setRecord }) => setRecord('CNAME', 'q7k3m9x2wb', 'gone.example'),
  },
  { codes: ['dns-ipv6-answer'], what: 'an AAAA record', break: ({ setRecord }) => setRecord('AAAA', '*', '2001:db8::4') },
  {
    codes: ['endpoint-pending'],
    what: 'Pending',
    break: ({ endpoint, service, world }) => {
      endpoint.connection = 'Pending'
      service.privateEndpointIds = []
      world.changed()
    },
  },
  {
    codes: ['endpoint-rejected'],
    what: 'Rejected',
    break: ({ endpoint, world }) => {
      endpoint.connection = 'Rejected'
      world.changed()
    },
  },
  {
    codes: ['endpoint-disconnected'],
    what: 'Disconnected',
    break: ({ endpoint, world }) => {
      endpoint.connection = 'Disconnected'
      world.changed()
    },
  },
  {
    codes: ['endpoint-disconnected'],
    what: 'gone',
    break: ({ world }) => {
      world.endpoints.clear()
      world.changed()
    },
  },
  {
    codes: ['endpoint-other-service'],
    what: 'of another alias',
    break: ({ endpoint, world }) => {
      Object.assign(endpoint, { alias: 'other.westus3.azure.privatelinkservice' })
      world.changed()
    },
  },
  {
    codes: ['network-blocked'],
    what: 'both ports deaf',
    async break(world) {
      await deafPort(world, 8443)
      await deafPort(world, 9440)
    },
  },
  {
    codes: ['network-port-blocked'],
    what: '9440 deaf',
    async break(world) {
      await deafPort(world, 9440)
      const identity = await world.authority.issue({ names: [world.host] })
      const tls = createTls(identity, (socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nOk.\n')),
      )
      await world.serve((socket) => void tls.emit('connection', socket), [8443])
    },
  },
  {
    codes: ['network-refused'],
    what: 'nobody listens',
    break: ({ endpoint, world }) => {
      endpoint.provisioningState = 'Updating'
      world.changed()
    },
  },
  {
    codes: ['network-reset-on-connect'],
    what: 'reset at once',
    async break({ serve }) {
      await serve((socket) => socket.resetAndDestroy())
    },
  },
  {
    codes: ['allow-list-missing'],
    what: 'an empty list',
    break: ({ service }) => {
      service.privateEndpointIds = []
    },
  },
  {
    codes: ['allow-list-wrong-id'],
    what: 'an old GUID',
    break: ({ service }) => {
      service.privateEndpointIds = ['77777777-0000-4000-8000-000000000002']
    },
  },
  {
    codes: ['organization-entry-missing'],
    what: 'only the service lists it',
    async break({ world, serve }) {
      for (const organization of world.organizations) organization.privateEndpoints = []
      await serve((socket) => socket.once('data', () => socket.resetAndDestroy()))
    },
  },
  {
    codes: ['allow-list-not-effective'],
    what: 'listed, and refused',
    async break({ serve }) {
      await serve((socket) => socket.once('data', () => socket.resetAndDestroy()))
    },
  },
  {
    codes: ['tls-large-hello'],
    what: 'an appliance that takes small hellos only',
    async break(world) {
      const identity = await world.authority.issue({ names: [world.host] })
      const tls = createTls(identity)
      await world.serve((socket) =>
        socket.once('data', (hello) => {
          if (hello.length > 600) return void socket.resetAndDestroy()
          socket.pause()
          socket.unshift(hello)
          tls.emit('connection', socket)
        }),
      )
    },
  },
  {
    codes: ['tls-closed-early'],
    what: 'closed after the hello',
    async break({ serve }) {
      await serve((socket) => socket.once('data', () => socket.end()))
    },
  },
  {
    codes: ['tls-silent'],
    what: 'silence',
    async break({ serve }) {
      await serve((socket) => void socket.resume())
    },
  },
  {
    codes: ['tls-intercepted'],
    what: 'another authority',
    async break(world) {
      await serveTls(world, await (await createAuthority('Corp CA')).issue({ names: [world.host] }))
    },
  },
  {
    codes: ['tls-wrong-name'],
    what: 'another name',
    async break(world) {
      await serveCertificate(world, { names: ['proxy.example'] })
    },
  },
  {
    codes: ['tls-expired'],
    what: 'expired',
    async break(world) {
      await serveCertificate(world, { notBefore: ago(90), notAfter: ago(1) })
    },
  },
  {
    codes: ['clock-skew'],
    what: 'our clock is behind',
    async break(world) {
      world.clockAhead(-3 * day)
      await serveCertificate(world, { notBefore: ago(-1), notAfter: ago(-30) })
    },
  },
  {
    codes: ['tls-alert'],
    what: 'an old version only',
    async break(world) {
      await serveTls(world, {
        ...(await world.authority.issue({ names: [world.host] })),
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
      })
    },
  },
  {
    codes: ['not-tls'],
    what: 'plain HTTP',
    async break({ serve }) {
      await serve((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    },
  },
  {
    codes: ['http-unexpected'],
    what: 'a gateway',
    async break(world) {
      await serveHttp(world, 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')
    },
  },
  {
    codes: ['service-idle'],
    what: 'asleep, and let sleep',
    break: ({ service, world }) => {
      service.state = 'idle'
      world.changed()
    },
  },
  {
    codes: ['healthy'],
    what: 'asleep, and woken',
    wake: true,
    break: ({ service, world }) => {
      service.state = 'idle'
      world.changed()
    },
  },
  {
    codes: ['service-stopped'],
    what: 'stopped',
    break: ({ service, world }) => {
      service.state = 'stopped'
      world.changed()
    },
  },
  {
    codes: ['control-plane-unknown'],
    what: 'Azure refuses',
    break: ({ world }) => {
      world.gate = async ({ vendor }, phase) =>
        vendor === 'arm' && phase === 'arrived'
          ? { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } }
          : undefined
    },
  },
  {
    codes: ['control-plane-unknown'],
    what: 'ClickHouse Cloud hangs',
    break: ({ world }) => {
      world.gate = ({ vendor }, phase) =>
        vendor === 'clickhouse' && phase === 'arrived' ? new Promise(() => undefined) : Promise.resolve(undefined)
    },
  },
  {
    codes: ['allow-list-missing', 'control-plane-unknown'],
    what: 'the zone may not be read, and the endpoint is not listed',
    break: ({ world, service }) => {
      service.privateEndpointIds = []
      world.changed()
      refusing(world, 'arm', '/privateDnsZones')
    },
  },
  {
    codes: ['service-stopped', 'control-plane-unknown', 'worker-absent'],
    what: 'Azure refuses altogether, nobody looks from inside, and the service is stopped',
    break: ({ world, service, withoutWorker }) => {
      service.state = 'stopped'
      refusing(world, 'arm', '/')
      withoutWorker()
    },
  },
  {
    codes: ['endpoint-rejected', 'control-plane-unknown', 'worker-absent'],
    what: 'ClickHouse Cloud refuses, nobody looks from inside, and the connection is rejected',
    break: ({ world, endpoint, withoutWorker }) => {
      endpoint.connection = 'Rejected'
      refusing(world, 'clickhouse', '/')
      withoutWorker()
    },
  },
  {
    codes: ['tls-closed-early', 'control-plane-unknown'],
    what: 'ClickHouse Cloud refuses, and the endpoint is not listed: what remains is told',
    break: ({ world, service }) => {
      service.privateEndpointIds = []
      world.changed()
      refusing(world, 'clickhouse', '/')
    },
  },
  { codes: ['worker-absent'], what: 'no worker', break: ({ withoutWorker }) => withoutWorker() },
  {
    codes: ['dns-record-stale', 'allow-list-missing'],
    what: 'two causes at once',
    break: ({ setRecord, foreign, service }) => {
      setRecord('A', '*', foreign)
      service.privateEndpointIds = []
    },
  },
]

/** The vendor refuses calls whose path holds these characters. */
function refusing(world: FaultWorld['world'], refuser: 'arm' | 'clickhouse', path: string): void {
  world.gate = async (call, phase) =>
    call.vendor === refuser && phase === 'arrived' && call.path.includes(path)
      ? { status: 403, body: { status: 403, error: { code: 'AuthorizationFailed', message: 'no' } } }
      : undefined
}
