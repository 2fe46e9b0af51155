import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** One address on loopback that leads to a Redis server, and later to another. */
export interface SwitchingProxy {
  readonly url: string
  /** New connections go to this server; those that are open stay where they are. */
  leadTo(url: string): void
  close(): void
}

export async function startSwitchingProxy(first: string): Promise<SwitchingProxy> {
  let target = first
  const sockets = new Set<Socket>()
  const proxy = createServer((socket) => {
    const server = connect(Number(new URL(target).port), '127.0.0.1')
    sockets.add(socket)
    socket.pipe(server).pipe(socket)
    for (const each of [socket, server]) each.on('error', () => undefined)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    leadTo(url) {
      target = url
    },
    close() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}
