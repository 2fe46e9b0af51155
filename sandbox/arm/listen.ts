import { once } from 'node:events'
import type { Server } from 'node:http'

/** Listens on loopback, on a port that the system picks. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('Listening, but not on a port.')
  return address.port
}

/** Does not wait for clients that keep their connections open. */
export async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
