import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import { type DnsServer, labelOf } from '../../domain/dns-server.ts'
import type { Check } from '../check.ts'
import { queryDns } from '../dns/query.ts'
import { mostServers, type ResolverFiles } from '../dns/resolver-files.ts'
import { askServers } from '../dns/servers.ts'
import { askSystem } from '../dns/system-resolver.ts'
import type { AskedServers } from './servers.ts'

/** Resolves the name by the given servers, or by the system's resolver as every program here does. */
export function resolverCheck(servers: readonly DnsServer[] | undefined): Check<'resolver'> {
  return {
    id: 'resolver',
    needs: [],
    deadlineMs: 3_600,
    run:
      ({ host }) =>
      (signal) =>
        resolve(servers, host, signal),
  }
}

/** Asks the given servers, or the system's resolver where none are given. Never rejects. */
export async function resolve(
  servers: readonly DnsServer[] | undefined,
  host: string,
  signal: AbortSignal,
): Promise<DnsAnswer | undefined> {
  return await (servers === undefined ? askSystem(host, signal) : askServers(servers, host, signal))
}

/** Asks the system's servers over UDP or TCP, because `getaddrinfo` hides the response code, the TTL, the aliases and the server that answered. */
export function wireCheck(files: ResolverFiles): Check<'wire'> {
  return {
    id: 'wire',
    needs: [],
    deadlineMs: 3_600,
    run({ host }) {
      const servers = files.servers()
      return servers.length === 0 ? undefined : (signal) => askServers(servers, host, signal)
    },
  }
}

/** How long Azure DNS may take about IPv6, in milliseconds. */
const azureTimeoutMs = 1_250

/** How long the resolver's servers may take about IPv6, in milliseconds: a slow answer is none that fails. */
const ipv6TimeoutMs = 2_400

/** Asks Azure DNS for IPv6 addresses of the name. A private endpoint has IPv4 addresses only, so an IPv6 address belongs to something else. */
export function azureIpv6Check(servers: () => readonly DnsServer[]): Check<'azure-ipv6'> {
  return {
    id: 'azure-ipv6',
    needs: [],
    deadlineMs: 3_000,
    run({ host }) {
      const asked = servers()
      if (asked.length === 0) return undefined
      return (signal) => askServers(asked, host, signal, { type: 'AAAA', timeoutMs: azureTimeoutMs })
    },
  }
}

/**
 * Asks for IPv6 addresses every server that knows an IPv4 address, because programs ask it for both and wait for both; behind a stub, its servers. Returns the
 * answer of one that fails at it, else the first one's. A server that took long for the one has as long for the other.
 */
export function ipv6Check(servers: () => AskedServers): Check<'ipv6'> {
  return {
    id: 'ipv6',
    needs: ['resolver', 'wire', 'servers'],
    deadlineMs: 3_000,
    run({ host }, { resolver, wire, servers: each = [] }) {
      const first = wire ?? resolver
      const { asked, behind } = servers()
      const all = behind.length > 0 ? behind : asked
      if (first === undefined || !known.has(first.rcode) || all.length === 0) return undefined
      const timeoutMs = Math.max(ipv6TimeoutMs, Math.min(first.elapsedMs * 1.5, 2_900))
      const leading = new Set([first, ...each].flatMap(({ server, addresses }) => (addresses.length > 0 ? [server] : [])))
      const chosen = all.filter((server) => leading.has(labelOf(server))).slice(0, mostServers)
      return async (signal) => {
        if (chosen.length === 0) return await askServers(all, host, signal, { type: 'AAAA', timeoutMs })
        const answers = await Promise.all(chosen.map((server) => queryDns(server, host, signal, { type: 'AAAA', timeoutMs })))
        return answers.find(({ rcode }) => rcode !== 'NOERROR') ?? answers[0]
      }
    },
  }
}

/** Response codes of a server that knows the answer. */
const known = new Set(['NOERROR', 'NXDOMAIN'])

export function hostsCheck(files: ResolverFiles): Check<'hosts'> {
  return {
    id: 'hosts',
    needs: [],
    deadlineMs: 1_000,
    run:
      ({ host }) =>
      async () => ({ addresses: await files.pinned(host) }),
  }
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
    run({ host }, { resolver, wire }) {
      if (resolver === undefined || wire === undefined) return undefined
      const own = new Set(wire.addresses)
      if (resolver.addresses.length === 0 || own.symmetricDifference(new Set(resolver.addresses)).size === 0) return undefined
      return async (signal) => {
        const names = (await files.searchList()).map((domain) => `${host}.${domain}`)
        const answers = await Promise.all(names.map((name) => askServers(files.servers(), name, signal)))
        const index = answers.findIndex(({ addresses }) =>
          own.size === 0
            ? addresses.length > 0
            : addresses.some((address) => resolver.addresses.includes(address) && !own.has(address)),
        )
        const [name, answer] = [names[index], answers[index]]
        return name === undefined || answer === undefined ? undefined : { name, addresses: answer.addresses }
      }
    },
  }
}
