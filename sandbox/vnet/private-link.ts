import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { Authority } from '../certificates.ts'
import type { ClickHouseService, PrivateEndpoint, World } from '../world.ts'
import { httpsPort, nativePort } from './addresses.ts'
import type { Take } from './clickhouse-ports.ts'
import { clickhousePorts } from './clickhouse-ports.ts'
import { peekClientHello } from './peek.ts'
import { Waker } from './wake.ts'

/** How long a client may take over its ClientHello. */
const helloMs = 10_000

export interface PrivateLinkOptions {
  readonly authority: Authority
  readonly virtualNetworkId: string
  /** How long an idle service takes to wake, in milliseconds. */
  readonly wakeMs: number
}

/**
 * The data path of a virtual network's private endpoints: ports 8443 and 9440 of each endpoint that is provisioned and approved. Listeners follow
 * the world. In Azure a SYN to an endpoint that is not approved is dropped and times out; on loopback it is refused, because nothing listens.
 */
export async function startPrivateLink(world: World, options: PrivateLinkOptions): Promise<{ close(): Promise<void> }> {
  const subnets = `${options.virtualNetworkId.toLowerCase()}/subnets/`
  const stop = new AbortController()
  const ports = clickhousePorts(options.authority)
  const waker = new Waker(world, options.wakeMs, stop.signal)
  const open = new Map<PrivateEndpoint, Listener[]>()

  const isUp = (endpoint: PrivateEndpoint) =>
    endpoint.subnetId.toLowerCase().startsWith(subnets) &&
    endpoint.provisioningState === 'Succeeded' &&
    endpoint.connection === 'Approved'

  async function follow(): Promise<void> {
    const up = stop.signal.aborted ? [] : [...world.endpoints.values()].filter(isUp)
    for (const [endpoint, listeners] of open) {
      if (up.includes(endpoint)) continue
      open.delete(endpoint)
      await Promise.all(listeners.map((listener) => listener.close()))
    }
    for (const endpoint of up) {
      if (open.has(endpoint)) continue
      const listeners: Listener[] = []
      open.set(endpoint, listeners)
      for (const port of [httpsPort, nativePort] as const) {
        listeners.push(await listen(endpoint.address, port, (socket) => carry(world, endpoint, waker, ports[port], socket)))
      }
    }
  }

  // One pass at a time: a listener is never closed while it is still being opened.
  let following = follow()
  const onChange = () => {
    following = following.then(follow).catch((error) => process.emitWarning(`private link: ${error}`))
  }
  const close = async () => {
    world.events.off('change', onChange)
    stop.abort()
    await following.catch(() => undefined).then(follow)
  }
  world.events.on('change', onChange)
  try {
    await following
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

/** One connection: read the hello, decide, and either hand it to ClickHouse or cut it. */
async function carry(world: World, endpoint: PrivateEndpoint, waker: Waker, take: Take, socket: Socket): Promise<void> {
  const hello = await peekClientHello(socket, helloMs)
  const service = hello?.serverName === undefined ? undefined : admitted(world, endpoint, hello.serverName)
  if (!service) socket.resetAndDestroy()
  else if (await waker.serves(service)) take(socket)
  else socket.end()
}

/** The service that the name means, if it is behind this endpoint's alias and lists this endpoint. */
function admitted(world: World, endpoint: PrivateEndpoint, serverName: string): ClickHouseService | undefined {
  const service = world.services.find(({ privateHost }) => privateHost?.toLowerCase() === serverName)
  return service?.alias === endpoint.alias && world.admits(service, endpoint) ? service : undefined
}

interface Listener {
  /** Also ends the connections that came through it. */
  close(): Promise<void>
}

async function listen(address: string, port: number, carry: (socket: Socket) => Promise<void>): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    carry(socket).catch(() => socket.destroy())
  })
  server.listen(port, address)
  await once(server, 'listening')
  return {
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
