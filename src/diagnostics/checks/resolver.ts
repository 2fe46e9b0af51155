import type { Check } from '../check.ts'
import type { DnsServer } from '../dns/query.ts'
import type { ResolverFiles } from '../dns/resolver-files.ts'
import { askServers } from '../dns/servers.ts'
import { askSystem } from '../dns/system-resolver.ts'

/** Resolves the name by the given servers, or by the system's resolver as every program here does. */
export function resolverCheck(servers: readonly DnsServer[] | undefined): Check<'resolver'> {
  return {
    id: 'resolver',
    needs: [],
    deadlineMs: 3_000,
    run: ({ host }, _soFar, signal) => (servers === undefined ? askSystem(host, signal) : askServers(servers, host, signal)),
  }
}

/** Asks the system's servers over UDP or TCP, because `getaddrinfo` hides the response code, the TTL, the aliases and the server that answered. */
export function wireCheck(files: ResolverFiles): Check<'wire'> {
  return {
    id: 'wire',
    needs: [],
    deadlineMs: 3_000,
    async run({ host }, _soFar, signal) {
      const servers = files.servers()
      return servers.length === 0 ? undefined : await askServers(servers, host, signal)
    },
  }
}

/** How long the answer about IPv6 may take, in milliseconds. It is short, because a verdict does not require that answer. */
const ipv6TimeoutMs = 1_000

/** Asks for IPv6 addresses of the name. A private endpoint has IPv4 addresses only, so an IPv6 address belongs to something else. */
export function ipv6Check<Id extends 'ipv6' | 'azure-ipv6'>(id: Id, servers: () => readonly DnsServer[]): Check<Id> {
  return {
    id,
    needs: [],
    deadlineMs: 3_000,
    async run({ host }, _soFar, signal) {
      const asked = servers()
      return asked.length === 0 ? undefined : await askServers(asked, host, signal, { type: 'AAAA', timeoutMs: ipv6TimeoutMs })
    },
  }
}

export function hostsCheck(files: ResolverFiles): Check<'hosts'> {
  return { id: 'hosts', needs: [], deadlineMs: 1_000, run: async ({ host }) => ({ addresses: await files.pinned(host) }) }
}

/**
 * Checks whether what programs get is the name with a domain of the search list behind it. The C library tries that after the absolute name, and before it
 * where the name has fewer dots than `options ndots`.
 */
export function searchCheck(files: ResolverFiles): Check<'search'> {
  return {
    id: 'search',
    needs: ['resolver', 'wire'],
    deadlineMs: 2_500,
    async run({ host }, { resolver, wire }, signal) {
      if (resolver === undefined || wire === undefined) return undefined
      const own = new Set(wire.addresses)
      if (resolver.addresses.length === 0 || own.symmetricDifference(new Set(resolver.addresses)).size === 0) return undefined
      const names = (await files.searchList()).map((domain) => `${host}.${domain}`)
      const answers = await Promise.all(names.map((name) => askServers(files.servers(), name, signal)))
      const index = answers.findIndex(({ addresses }) =>
        own.size === 0
          ? addresses.length > 0
          : addresses.some((address) => resolver.addresses.includes(address) && !own.has(address)),
      )
      const [name, answer] = [names[index], answers[index]]
      return name === undefined || answer === undefined ? undefined : { name, addresses: answer.addresses }
    },
  }
}
