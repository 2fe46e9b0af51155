import { createServer as createTls } from 'node:tls'
import { createAuthority } from '../../certificates.ts'
import { type Fault, fault, type Site } from './fault.ts'
import { deafen, httpTake, serve, tlsTake, vacate } from './impostor.ts'

/** Faults of the network, of TLS, and of what answers in the service's place. */

const day = 86_400_000
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nOk.\n'

export const pathFaults: readonly Fault[] = [
  fault('network-blocked', 'Both ports dropped', 'A network security group drops everything to the endpoint.', async (site) => {
    const giveBack = vacate(site)
    const undos = [await deafen(site, 8443), await deafen(site, 9440)]
    return async () => {
      for (const undo of undos) await undo()
      giveBack()
    }
  }),
  fault(
    'network-port-blocked',
    '9440 dropped',
    'The firewall rule names 8443, and nobody thought of the native port.',
    async (site) => {
      const undoServe = await serve(site, await httpTake(site, ok), [8443])
      const undoDeaf = await deafen(site, 9440)
      return async () => {
        await undoDeaf()
        await undoServe()
      }
    },
  ),
  fault('network-refused', 'Refused', 'Another machine has the address, and nothing listens there.', vacate),
  fault('network-reset-on-connect', 'Reset at once', 'An appliance on the way resets every connection.', (site) =>
    serve(site, (socket) => socket.resetAndDestroy()),
  ),
  fault(
    'allow-list-not-effective',
    'Reset in the TLS hello',
    'The endpoint is on the list, and the service still refuses it.',
    (site) => serve(site, (socket) => socket.once('data', () => socket.resetAndDestroy())),
  ),
  fault('tls-large-hello', 'Large hello lost', 'An appliance cannot take a TLS hello in two segments.', async (site) => {
    const tls = createTls(await site.house.sandbox.authority.issue({ names: [site.host] }))
    return await serve(site, (socket) =>
      socket.once('data', (hello) => {
        if (hello.length > 600) return void socket.resetAndDestroy()
        socket.pause()
        socket.unshift(hello)
        tls.emit('connection', socket)
      }),
    )
  }),
  fault('tls-closed-early', 'Closed after the hello', 'Something takes the connection and closes it without a word.', (site) =>
    serve(site, (socket) => socket.once('data', () => socket.end())),
  ),
  fault('tls-silent', 'Silent after the hello', 'The connection opens, and nothing answers.', (site) =>
    serve(site, (socket) => void socket.resume()),
  ),
  fault('tls-intercepted', 'TLS intercepted', 'A proxy of the company opens TLS and signs it anew.', async (site) => {
    const proxy = await createAuthority('Corp Inspection CA')
    return await serve(site, tlsTake(await proxy.issue({ names: [site.host] })))
  }),
  fault('tls-wrong-name', 'Certificate of another name', 'The address leads to a server of somebody else.', (site) =>
    serveCertificate(site, { names: ['proxy.example'] }),
  ),
  fault('tls-expired', 'Certificate expired', 'Nobody renewed the certificate.', (site) =>
    serveCertificate(site, { notBefore: new Date(Date.now() - 90 * day), notAfter: new Date(Date.now() - day) }),
  ),
  fault('tls-alert', 'Old TLS only', 'What answers there speaks TLS 1.1 and nothing newer.', async (site) => {
    const identity = await site.house.sandbox.authority.issue({ names: [site.host] })
    return await serve(site, tlsTake({ ...identity, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }))
  }),
  fault('not-tls', 'No TLS at all', 'Plain HTTP listens on the port.', (site) =>
    serve(site, (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  ),
  fault('http-unexpected', 'A gateway answers', 'TLS is right, and a gateway says 502.', async (site) =>
    serve(site, await httpTake(site, 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')),
  ),
]

async function serveCertificate(site: Site, subject: { notBefore?: Date; notAfter?: Date; names?: string[] }) {
  return await serve(site, tlsTake(await site.house.sandbox.authority.issue({ names: [site.host], ...subject })))
}
