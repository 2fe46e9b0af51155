import type { DiagnosticsConfig } from '../../config.ts'
import { type Checkup, type CheckupPart, type CheckupResult, fail, ok } from '../../domain/checkup.ts'
import { labelOf } from '../../domain/dns-server.ts'
import type { Connection } from '../../redis/connection.ts'
import { workersCheckup } from '../../redis/worker-checkup.ts'
import { queryDns } from '../dns/query.ts'

/** Asked about nothing in particular: any answer shows that the server is there. */
const anyName = 'privatelink.azure.clickhouse.cloud'

/** What a worker in a network may know: its DNS servers, and whether it is heard. */
export function diagnosticsPart({ network, dnsServers, resolver = [] }: DiagnosticsConfig, redis: Connection): CheckupPart {
  const servers = new Map([...dnsServers, ...resolver].map((server) => [labelOf(server), server]))
  const dns: Checkup = {
    group: 'diagnostics workers',
    name: 'DNS servers',
    run: async (signal) =>
      await Promise.all(
        [...servers].map(async ([label, server]): Promise<CheckupResult> => {
          const { rcode } = await queryDns(server, anyName, signal)
          if (!['TIMEOUT', 'UNREACHABLE', 'MALFORMED'].includes(rcode)) return ok('dns-server', `the DNS server ${label} answers`)
          return fail(
            'dns-server-silent',
            `The DNS server ${label} does not answer (${rcode}).`,
            `Whoever runs the network ${network}: let this machine reach ${label} on port ${server.port} by UDP and TCP, or name another server in DIAGNOSTICS_DNS_SERVERS or DIAGNOSTICS_RESOLVER.`,
          )
        }),
      ),
  }
  return { checkups: [dns, workersCheckup(redis, network)], clocks: [], close: async () => undefined }
}
