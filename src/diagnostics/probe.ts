import type { SecureContext } from 'node:tls'
import type { NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import { createBounds, requireHost } from './bounds.ts'
import type { AnyCheck, ProbeTarget } from './check.ts'
import { addressCheck } from './checks/address.ts'
import { azureDnsCheck } from './checks/azure-dns.ts'
import { clockCheck } from './checks/clock.ts'
import { directCheck } from './checks/direct.ts'
import { pingCheck } from './checks/ping.ts'
import { hostsCheck, ipv6Check, resolverCheck, searchCheck, wireCheck } from './checks/resolver.ts'
import { laterCheck, wildcardCheck } from './checks/second-questions.ts'
import { tcpCheck } from './checks/tcp.ts'
import { tlsCheck } from './checks/tls.ts'
import { createConnections } from './connection/open-connections.ts'
import { createTrust } from './connection/trust.ts'
import { type DnsServer, labelOf } from './dns/query.ts'
import { type ResolverFiles, resolverFiles } from './dns/resolver-files.ts'
import { runChecks } from './run-checks.ts'

export interface ProbeSettings {
  /** Azure DNS. */
  readonly dnsServers: readonly DnsServer[]
  /** Servers to ask in place of the system's resolver. */
  readonly resolver?: readonly DnsServer[] | undefined
  readonly hostSuffixes: readonly string[]
  /** IPv4, in CIDR notation. */
  readonly prefixes: readonly string[]
  /** What TLS trusts; by default Node's roots and `NODE_EXTRA_CA_CERTS`. */
  readonly trust?: SecureContext
  /** What the system's resolver is told; by default as this machine has it. */
  readonly files?: ResolverFiles
}

/** @throws TerminalError `host-not-permitted`; whatever the network does is evidence, not an error */
export type Probe = (target: ProbeTarget, signal: AbortSignal) => Promise<NetworkEvidence>

/** Everything that this process does in a network, ready to be asked about hosts. */
export function createProbe({
  dnsServers,
  resolver,
  hostSuffixes,
  prefixes,
  trust = createTrust(),
  files = resolverFiles(),
}: ProbeSettings): Probe {
  const bounds = createBounds({ hostSuffixes, prefixes })
  const connections = createConnections()
  const checks: readonly AnyCheck[] = [
    resolverCheck(resolver),
    ...(resolver === undefined ? [wireCheck(files), hostsCheck(files), searchCheck(files)] : []),
    ipv6Check('ipv6', () => resolver ?? files.servers()),
    ipv6Check('azure-ipv6', () => (isAlike(resolver ?? files.servers(), dnsServers) ? [] : dnsServers)),
    azureDnsCheck(dnsServers),
    wildcardCheck(dnsServers),
    laterCheck(() => resolver ?? files.servers()),
    addressCheck(bounds),
    tcpCheck(8443, connections),
    tcpCheck(9440, connections),
    tlsCheck(8443, trust, connections),
    tlsCheck(9440, trust, connections),
    clockCheck,
    directCheck(8443, trust, bounds),
    directCheck(9440, trust, bounds),
    pingCheck(connections),
  ]
  return async (asked, signal) => {
    requireHost(bounds, asked.host)
    // Its own object: connections belong to this probe alone.
    const target = { ...asked }
    try {
      return await runChecks(checks, target, signal, asked.deadlineMs)
    } finally {
      connections.close(target)
    }
  }
}

/** Where the network asks Azure DNS itself, there is nothing to ask it besides. */
function isAlike(some: readonly DnsServer[], others: readonly DnsServer[]): boolean {
  return new Set(some.map(labelOf)).symmetricDifference(new Set(others.map(labelOf))).size === 0
}
