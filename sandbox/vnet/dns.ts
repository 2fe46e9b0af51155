import type { Socket as UdpSocket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { World } from '../world.ts'
import type { Reply } from './dns-message.ts'
import { reply } from './dns-message.ts'
import { resolve } from './resolver.ts'

export interface DnsServer {
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

const tcpIdleMs = 5_000

/** Azure DNS (168.63.129.16) as one virtual network sees it, over UDP and TCP; on a free port of `address` unless told which. */
export async function startDns(world: World, virtualNetworkId: string, address = '127.0.0.1', wanted = 0): Promise<DnsServer> {
  const answer = (message: Buffer) => reply(message, (question) => resolve(world, virtualNetworkId, question))
  const { udp, tcp, port } = await bindBoth(address, wanted)
  const connections = new Set<Socket>()
  udp.on('message', (message, peer) => {
    const found = answer(message)
    if (found) udp.send(found.datagram, peer.port, peer.address)
  })
  tcp.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    serveTcp(socket, answer)
  })
  return {
    address,
    port,
    async close() {
      for (const socket of connections) socket.destroy()
      await Promise.all([new Promise<void>((done) => udp.close(done)), new Promise((done) => tcp.close(done))])
    },
  }
}

/** The same port for both: UDP takes any, and another is tried if TCP cannot have it too. */
async function bindBoth(address: string, wanted: number): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const udp = createSocket('udp4').bind(wanted, address)
    await once(udp, 'listening')
    const { port } = udp.address()
    const tcp = createServer().listen(port, address)
    try {
      await once(tcp, 'listening')
      return { udp, tcp, port }
    } catch (error) {
      udp.close()
      if (attempt === 10) throw error
    }
  }
}

/** Messages behind a length of two bytes (RFC 1035 §4.2.2), several on one connection. */
function serveTcp(socket: Socket, answer: (message: Buffer) => Reply | undefined): void {
  let received = Buffer.alloc(0)
  socket.setTimeout(tcpIdleMs, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0)
      const found = answer(received.subarray(2, end))
      received = received.subarray(end)
      if (!found) continue
      const length = Buffer.alloc(2)
      length.writeUInt16BE(found.whole.length)
      socket.write(Buffer.concat([length, found.whole]))
    }
  })
}
