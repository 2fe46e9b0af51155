import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** The ports of ClickHouse behind a private endpoint: HTTPS and the native protocol, both in TLS. */
export const httpsPort = 8443
export const nativePort = 9440

/**
 * Three octets (`127.x.y`) for the endpoints of one world, on which the service's ports are free. Random, so that several worlds live on one
 * machine at the same time without asking each other; Linux answers on all of 127/8.
 */
export async function freeAddressBase(): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const base = `127.${randomInt(16, 251)}.${randomInt(0, 256)}`
    if ((await canBind(`${base}.4`, httpsPort)) && (await canBind(`${base}.4`, nativePort))) return base
  }
  throw new Error(`no 127.x.y.4 was found on which ports ${httpsPort} and ${nativePort} are free`)
}

async function canBind(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  await new Promise((resolve) => server.close(resolve))
  return true
}
