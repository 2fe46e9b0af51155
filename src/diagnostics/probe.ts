import type { SecureContext } from 'node:tls'
import type { NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import { type DnsServer, labelOf } from '../domain/dns-server.ts'
import { createBounds, requireHost } from './bounds.ts'
import type { AnyCheck, ProbeTarget } from './check.ts'
import { addressCheck } from './checks/address.ts'
import { azureDnsCheck } from './checks/azure-dns.ts'
import { clockCheck } from './checks/clock.ts'
import { directCheck } from './checks/direct.ts'
import { pingCheck } from './checks/ping.ts'
import { azureIpv6Check, hostsCheck, ipv6Check, resolverCheck, searchCheck, wireCheck } from './checks/resolver.ts'
import { forwardingCheck, laterCheck, wildcardCheck } from './checks/second-questions.ts'
import { type AskedServers, serversCheck } from './checks/servers.ts'
import { tcpCheck } from './checks/tcp.ts'
import { tlsCheck } from './checks/tls.ts'
import { createConnections } from './connection/open-connections.ts'
import { createTrust } from './connection/trust.ts'
import { type ResolverFiles, resolverFiles } from './dns/resolver-files.ts'
import { runChecks } from './run-checks.ts'

export interface ProbeSettings {
  /** The servers of Azure DNS. */
  readonly dnsServers: readonly DnsServer[]
  /** Servers to ask in place of the system's resolver. */
  readonly resolver?: readonly DnsServer[] | undefined
  readonly hostSuffixes: readonly string[]
  /** The addresses that may be dialled: IPv4 prefixes in CIDR notation. */
  readonly prefixes: readonly string[]
  /** The roots that TLS trusts; by default Node's and those of `NODE_EXTRA_CA_CERTS`. */
  readonly trust?: SecureContext
  /** The files of the system's resolver; by default those of this machine. */
  readonly files?: ResolverFiles
}

/** Runs all checks for one host. Network faults are evidence, not errors. @throws TerminalError `host-not-permitted` */
export type Probe = (target: ProbeTarget, signal: AbortSignal) => Promise<NetworkEvidence>

/** Builds the checks of this process once, for any number of probes. */
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
  const servers = (): AskedServers =>
    resolver === undefined ? { asked: files.servers(), behind: files.behind() } : { asked: resolver, behind: [] }
  const checks: readonly AnyCheck[] = [
    resolverCheck(resolver),
    ...(resolver === undefined ? [wireCheck(files), hostsCheck(files), searchCheck(files)] : []),
    serversCheck(servers),
    ipv6Check(servers),
    azureIpv6Check(() => (isAlike(servers().asked, dnsServers) ? [] : dnsServers)),
    azureDnsCheck(dnsServers),
    wildcardCheck(dnsServers),
    laterCheck(() => servers().asked),
    forwardingCheck(servers),
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
    // A new object for each probe, because open connections are kept by it.
    const target = { ...asked }
    try {
      return await runChecks(checks, target, signal, asked.deadlineMs)
    } finally {
      connections.close(target)
    }
  }
}

/** Whether both lists name the same servers. When the network asks Azure DNS itself, Azure DNS is not asked a second time. */
function isAlike(some: readonly DnsServer[], others: readonly DnsServer[]): boolean {
  return new Set(some.map(labelOf)).symmetricDifference(new Set(others.map(labelOf))).size === 0
}
