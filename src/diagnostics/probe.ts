import type { SecureContext } from 'node:tls'
import type { NetworkEvidence } from '../domain/diagnosis/evidence.ts'
import { createBounds, requireHost } from './bounds.ts'
import type { AnyCheck, ProbeTarget } from './check.ts'
import { addressCheck } from './checks/address.ts'
import { azureDnsCheck } from './checks/azure-dns.ts'
import { pingCheck } from './checks/ping.ts'
import { resolverCheck } from './checks/resolver.ts'
import { tcpCheck } from './checks/tcp.ts'
import { tlsCheck } from './checks/tls.ts'
import type { DnsServer } from './dns-query.ts'
import { runChecks } from './run-checks.ts'
import { createTrust } from './trust.ts'

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
}

/** @throws TerminalError `host-not-permitted`; whatever the network does is evidence, not an error */
export type Probe = (target: ProbeTarget, signal: AbortSignal) => Promise<NetworkEvidence>

/** Everything that this process does in a network, ready to be asked about hosts. */
export function createProbe({ dnsServers, resolver, hostSuffixes, prefixes, trust = createTrust() }: ProbeSettings): Probe {
  const bounds = createBounds({ hostSuffixes, prefixes })
  const checks: readonly AnyCheck[] = [
    resolverCheck(resolver),
    azureDnsCheck(dnsServers),
    addressCheck(bounds),
    tcpCheck(8443),
    tcpCheck(9440),
    tlsCheck(8443, trust),
    tlsCheck(9440, trust),
    pingCheck(trust),
  ]
  return async (target, signal) => {
    requireHost(bounds, target.host)
    return await runChecks(checks, target, signal)
  }
}
