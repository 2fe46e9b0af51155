import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** From here up to the kernel's own range. */
const lowest = 10_000

const given = new Set<number>()

/**
 * A port of 127.0.0.1 that nobody listens on, for a server that starts a moment later. It lies below the range from which Linux takes ports for
 * outgoing connections and for `listen(0)`: one of that range may be taken meanwhile. Never the same twice in one process.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, lowestOfTheKernel())
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

/** https://docs.kernel.org/networking/ip-sysctl.html, `ip_local_port_range` */
function lowestOfTheKernel(): number {
  try {
    const first = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/)[0])
    return first > lowest + 1_000 ? first : 32_768
  } catch {
    return 32_768
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (listens) await new Promise((resolve) => server.close(resolve))
  return listens
}
