import type { Check } from '../check.ts'
import { type DnsServer, labelOf } from '../dns/query.ts'
import type { ResolverFiles } from '../dns/resolver-files.ts'
import { askServers } from '../dns/servers.ts'
import { askSystem } from '../dns/system-resolver.ts'
import type { AskedServers } from './servers.ts'

/** Resolves the name by the given servers, or by the system's resolver as every program here does. */
export function resolverCheck(servers: readonly DnsServer[] | undefined): Check<'resolver'> {
  return {
    id: 'resolver',
    needs: [],
    deadlineMs: 3_600,
    run: ({ host }, _soFar, signal) => (servers === undefined ? askSystem(host, signal) : askServers(servers, host, signal)),
  }
}

/** Asks the system's servers over UDP or TCP, because `getaddrinfo` hides the response code, the TTL, the aliases and the server that answered. */
export function wireCheck(files: ResolverFiles): Check<'wire'> {
  return {
    id: 'wire',
    needs: [],
    deadlineMs: 3_600,
    async run({ host }, _soFar, signal) {
      const servers = files.servers()
      return servers.length === 0 ? undefined : await askServers(servers, host, signal)
    },
  }
}

/** How long the answer about IPv6 may take, in milliseconds: so long that silence is one, and no longer, because a verdict does not require that answer. */
const ipv6TimeoutMs = 1_250

/** Asks Azure DNS for IPv6 addresses of the name. A private endpoint has IPv4 addresses only, so an IPv6 address belongs to something else. */
export function azureIpv6Check(servers: () => readonly DnsServer[]): Check<'azure-ipv6'> {
  return {
    id: 'azure-ipv6',
    needs: [],
    deadlineMs: 3_000,
    async run({ host }, _soFar, signal) {
      const asked = servers()
      return asked.length === 0 ? undefined : await askServers(asked, host, signal, { type: 'AAAA', timeoutMs: ipv6TimeoutMs })
    },
  }
}

/**
 * Asks for IPv6 addresses the server that answered for IPv4, because programs ask it for both and wait for both. Behind a stub, asks its servers. A server
 * that took long for the one has as long for the other.
 */
export function ipv6Check(servers: () => AskedServers): Check<'ipv6'> {
  return {
    id: 'ipv6',
    needs: ['resolver', 'wire'],
    deadlineMs: 3_000,
    async run({ host }, { resolver, wire }, signal) {
      const first = wire ?? resolver
      const { asked, behind } = servers()
      const same = asked.filter((each) => labelOf(each) === first?.server)
      const chosen = behind.length > 0 ? behind : same.length > 0 ? same : asked
      if (first === undefined || !['NOERROR', 'NXDOMAIN'].includes(first.rcode) || chosen.length === 0) return undefined
      const timeoutMs = Math.max(ipv6TimeoutMs, Math.min(first.elapsedMs * 1.5, 2_900))
      return await askServers(chosen, host, signal, { type: 'AAAA', timeoutMs })
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
