import type { Check } from '../check.ts'
import type { DnsServer } from '../dns/query.ts'
import { askServers } from '../dns/servers.ts'

/** Azure DNS stands in the same host and answers within milliseconds, or it cannot be reached. How long it may take, in milliseconds. */
const timeoutMs = 1_200

/** The name, asked of Azure DNS directly: what the network's own resolver would say if nothing stood in between. */
export function azureDnsCheck(servers: readonly DnsServer[]): Check<'azure-dns'> {
  return {
    id: 'azure-dns',
    needs: [],
    deadlineMs: 3_000,
    run: ({ host }, _soFar, signal) => askServers(servers, host, signal, { timeoutMs }),
  }
}
