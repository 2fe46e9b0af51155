import type { Check } from '../check.ts'
import type { DnsServer } from '../dns/query.ts'
import type { ResolverFiles } from '../dns/resolver-files.ts'
import { askServers } from '../dns/servers.ts'
import { askSystem } from '../dns/system-resolver.ts'

/** The name, asked as this network asks: of the given servers, or of the system. */
export function resolverCheck(servers: readonly DnsServer[] | undefined): Check<'resolver'> {
  return {
    id: 'resolver',
    needs: [],
    deadlineMs: 3_000,
    run: ({ host }, _soFar, signal) => (servers === undefined ? askSystem(host, signal) : askServers(servers, host, signal)),
  }
}

/** The same of the system's servers on the wire, which tells what the system hides: response code, TTL, aliases, and who answered. */
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

/** The answer about IPv6 is worth no long wait: without it the verdict stands. Milliseconds. */
const ipv6TimeoutMs = 1_000

/** Private Link has IPv4 addresses only: an IPv6 address of the name leads elsewhere. */
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

/** Whether a domain of the search list has caught a name that does not exist by itself. */
export function searchCheck(files: ResolverFiles): Check<'search'> {
  return {
    id: 'search',
    needs: ['resolver', 'wire'],
    deadlineMs: 2_500,
    async run({ host }, { resolver, wire }, signal) {
      if (resolver === undefined || wire === undefined) return undefined
      if (resolver.addresses.length === 0 || wire.addresses.length > 0) return undefined
      const names = (await files.searchList()).map((domain) => `${host}.${domain}`)
      const answers = await Promise.all(names.map((name) => askServers(files.servers(), name, signal)))
      const index = answers.findIndex(({ addresses }) => addresses.length > 0)
      const [name, answer] = [names[index], answers[index]]
      return name === undefined || answer === undefined ? undefined : { name, addresses: answer.addresses }
    },
  }
}
