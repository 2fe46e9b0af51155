import { limitedRead } from '../azure/limited-read.ts'
import type { AzureNetwork, EndpointList } from '../azure/network.ts'
import type { Network } from '../domain/target.ts'

/** How long a list of private endpoints serves other networks of the same subscription, in milliseconds: one plan asks about all of them. */
const sharedForMs = 1_500

interface Shared {
  readonly list: Promise<EndpointList>
  readonly begunAt: number
}

/**
 * A client that lists the private endpoints of a subscription once for all networks in it that are asked about at the same time. A list that began before
 * an endpoint was changed here is not used after it. Where only resource groups may be listed, each network has its own list.
 */
export function withSharedLists(network: AzureNetwork): AzureNetwork {
  const known = new Map<string, Shared>()
  const listFor = (asked: Network): Shared => {
    const key = `${asked.subscription} ${asked.dns.subscription}`.toLowerCase()
    const before = known.get(key)
    if (before !== undefined && performance.now() - before.begunAt < sharedForMs) return before
    const shared = { list: limitedRead((signal) => network.endpoints(asked, signal)), begunAt: performance.now() }
    known.set(key, shared)
    shared.list.catch(() => known.get(key) === shared && known.delete(key))
    return shared
  }
  const changing = async <T>(change: () => Promise<T>): Promise<T> => {
    known.clear()
    return await change().finally(() => known.clear())
  }
  return {
    ...network,
    async endpoints(asked, signal) {
      signal.throwIfAborted()
      const { list } = listFor(asked)
      const ended = Promise.withResolvers<never>()
      const stop = () => ended.reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      try {
        const found = await Promise.race([list, ended.promise])
        return found.partial ? await network.endpoints(asked, signal) : found
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    createEndpoint: (...about) => changing(() => network.createEndpoint(...about)),
    deleteEndpoint: (...about) => changing(() => network.deleteEndpoint(...about)),
  }
}
