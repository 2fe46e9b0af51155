import { createServer as createTls } from 'node:tls'
import { createAuthority } from '../../sandbox/certificates.ts'
import type { FaultCase } from './fault-case.ts'
import { deafPort, ok, serveCertificate, serveHttp, serveTls } from './impostors.ts'

const day = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * day)

/** Faults of the network, of TLS and of what answers in the service's place. */
export const connectionCases: readonly FaultCase[] = [
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
      const tls = createTls(identity, (socket) => socket.once('data', () => socket.end(ok)))
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
    codes: ['tls-silent'],
    what: 'silence after the first bytes',
    async break({ serve }) {
      await serve((socket) => socket.once('data', () => socket.write(Buffer.from('160303', 'hex'))))
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
    codes: ['clock-skew'],
    what: 'our clock is ahead',
    async break(world) {
      world.clockAhead(3 * day)
      await serveCertificate(world, { notBefore: ago(90), notAfter: ago(1) })
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
    codes: ['http-unexpected'],
    what: 'the native port in the place of HTTPS',
    async break(world) {
      const words = 'Port 9440 is for clickhouse-client program\r\nYou must use port 8443 for HTTP.\r\n'
      await serveHttp(world, `HTTP/1.0 400 Bad Request\r\n\r\n${words}`)
    },
  },
  {
    codes: ['http-unexpected'],
    what: 'a proxy that asks who it is',
    async break(world) {
      await serveHttp(world, 'HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm="proxy"\r\ncontent-length: 0\r\n\r\n')
    },
  },
  {
    codes: ['http-unexpected'],
    what: 'a proxy that lets nobody through',
    async break(world) {
      await serveHttp(world, 'HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\nDenied')
    },
  },
]
