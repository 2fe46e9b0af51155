import type { DnsServer } from '../../domain/dns-server.ts'
import type { Check } from '../check.ts'
import { askServers } from '../dns/servers.ts'

/** How long Azure DNS may take, in milliseconds. It runs on the host of the virtual machine and answers within a few milliseconds if it can be reached. */
const timeoutMs = 1_200

/** Asks Azure DNS for the name directly, past the servers that the network uses. */
export function azureDnsCheck(servers: readonly DnsServer[]): Check<'azure-dns'> {
  return {
    id: 'azure-dns',
    needs: [],
    deadlineMs: 3_000,
    run:
      ({ host }) =>
      (signal) =>
        askServers(servers, host, signal, { timeoutMs }),
  }
}
