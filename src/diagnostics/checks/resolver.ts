import type { Check } from '../check.ts'
import type { DnsServer } from '../dns-query.ts'
import { askServers } from '../dns-servers.ts'
import { askSystem } from '../system-resolver.ts'

/** The name, asked as this network asks: of the given servers, or of the system. */
export function resolverCheck(servers: readonly DnsServer[] | undefined): Check<'resolver'> {
  return {
    id: 'resolver',
    needs: [],
    deadlineMs: 4_000,
    run: ({ host }, _soFar, signal) => (servers === undefined ? askSystem(host, signal) : askServers(servers, host, signal)),
  }
}
