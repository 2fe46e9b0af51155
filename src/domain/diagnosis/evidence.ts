/**
 * What was observed, check by check. A check never throws for a network fault: the fault is the evidence. A check that is absent was not run: its result is
 * unknown, and never counts as passed.
 */

/** Where a failed attempt failed, in Node's words. */
export interface Failure {
  /** e.g. `ECONNRESET`, `ETIMEDOUT` (also when our own timer ended it), `ERR_TLS_CERT_ALTNAME_INVALID`. */
  readonly code: string
  readonly syscall?: string
  readonly message: string
}

export interface DnsAnswer {
  readonly server: string
  /** DNS response code (`NOERROR`, `NXDOMAIN`, `SERVFAIL`…), or `TIMEOUT` / `UNREACHABLE` when no answer came. */
  readonly rcode: string
  readonly addresses: readonly string[]
  /** Seconds that the answer stays in caches. */
  readonly ttl?: number
  readonly cnames: readonly string[]
  /** Primary name server of the SOA record in a negative answer; `azureprivatedns.net` where Azure holds the zone. */
  readonly soa?: string
  /** The server is authoritative for the name (AA): the answer is not from a cache. */
  readonly authoritative?: true
  readonly elapsedMs: number
}

export interface TcpResult {
  readonly address: string
  readonly connected: boolean
  readonly failure?: Failure
  readonly elapsedMs: number
}

export interface TlsResult {
  readonly address: string
  /** The handshake finished, the chain is trusted and the name matches. */
  readonly verified: boolean
  readonly failure?: Failure
  /** Bytes received when it ended. None, and a reset after the hello, is what a missing allow-list entry causes. */
  readonly bytesRead: number
  readonly protocol?: string
  /**
   * Result of a hello that fits one segment (X25519 alone), tried where the first one was not answered. `usualAnswered`: whether the usual hello, sent again
   * after the small one, was answered; if so, its size is not the cause.
   */
  readonly smallHello?: { readonly answered: boolean; readonly failure?: Failure; readonly usualAnswered?: boolean }
  /** A hello of the usual size for an unused name of the zone was answered, tried where the service's own was not: the name is refused. */
  readonly otherNameAnswered?: boolean
  /** A further connection was reset although nothing was sent on it: the hello is not the cause. */
  readonly resetUnasked?: true
  /** For a chain that is not valid at this time: whether it leads to a trusted root apart from that. */
  readonly trustedApartFromTime?: boolean
  readonly certificate?: {
    readonly subject: string
    /** The names that it is for, as it lists them. */
    readonly names?: string
    readonly issuer: string
    readonly validFrom: string
    readonly validTo: string
  }
  readonly elapsedMs: number
}

export interface PingResult {
  readonly status?: number
  /** The first bytes of the body, cleaned of control characters and line ends: a healthy service says `Ok.` */
  readonly body?: string
  readonly failure?: Failure
  readonly elapsedMs: number
}

export type Port = 8443 | 9440

/** TCP and TLS at the endpoint's own address, whatever the name leads to. */
export interface DirectResult {
  readonly tcp: TcpResult
  readonly tls?: TlsResult
}

/** The data plane, seen from inside the network. */
export interface EvidenceByCheck {
  /** The system's resolver, as every program there uses it: with hosts file and search list. */
  resolver: DnsAnswer
  /** The resolver's servers, asked on the wire: without hosts file and search list. Absent where `resolver` was asked so. */
  wire: DnsAnswer
  /** Each server of the resolver, asked by itself: of several, or of those behind a stub on the machine. */
  servers: readonly DnsAnswer[]
  /** IPv6 addresses, asked of the server that answered for IPv4. */
  ipv6: DnsAnswer
  /** IPv6 addresses, asked of Azure DNS; absent where the network asks that anyway. */
  'azure-ipv6': DnsAnswer
  /** The resolver's server, asked again a second later where it did not agree with Azure DNS: a cached answer has a lower TTL. */
  later: DnsAnswer
  /** An unused name of the zone and the zone's SOA, asked of the resolver's server where that gives the name no address: shows whether it forwards. */
  forwarding: { readonly unused: DnsAnswer; readonly soa: DnsAnswer }
  /** An unused name of the zone, asked of Azure DNS: shows the wildcard record. Absent where the name leads as expected. */
  wildcard: DnsAnswer
  /** Clock of the machine that runs the checks, ISO 8601. */
  clock: { readonly at: string }
  /** Addresses of the name in the hosts file. */
  hosts: { readonly addresses: readonly string[] }
  /** The name with a domain of the search list appended, where programs get that one's addresses. */
  search: { readonly name: string; readonly addresses: readonly string[] }
  /** Asked of Azure DNS directly. */
  'azure-dns': DnsAnswer
  /** The one address that was dialled, or why none was. */
  address: { readonly dialled?: string; readonly refused?: 'no-answer' | 'outside-prefixes' }
  'tcp:8443': TcpResult
  'tcp:9440': TcpResult
  'tls:8443': TlsResult
  'tls:9440': TlsResult
  /** At the endpoint's address, where the name leads elsewhere or nowhere. */
  'direct:8443': DirectResult
  'direct:9440': DirectResult
  ping: PingResult
}

export type CheckId = keyof EvidenceByCheck
export type NetworkEvidence = { readonly [Id in CheckId]?: EvidenceByCheck[Id] }

/** Parts of the control plane that are read apart: state and allow list of the service, entries of the organization, endpoint, zone with link and records. */
export type ControlPart = 'service' | 'organization' | 'endpoint' | 'zone'

/** The control plane, read from Azure and ClickHouse Cloud. What is absent does not exist, unless `unread` names its part. */
export interface ControlPlane {
  /** By part, why it could not be read. */
  readonly unread?: { readonly [Part in ControlPart]?: string }
  readonly serviceState?: string
  readonly host: string
  readonly alias: string
  readonly endpoint?: {
    readonly id: string
    readonly guid: string
    readonly address?: string
    readonly connection: string
    readonly alias: string
  }
  /** No endpoint was found, and not every resource group could be searched. */
  readonly partial?: boolean
  readonly zone?: { readonly id: string; readonly linked: boolean }
  /** Addresses of the A record set that answers for the host: the host's own label if there is one, else the wildcard. */
  readonly record?: { readonly name: string; readonly addresses: readonly string[] }
  /** Addresses of the wildcard, where a record of the host's own answers in its place. */
  readonly wildcard?: readonly string[]
  /** Copies of a wider zone's records that lead elsewhere than these do by now; at most `mostCopies`. */
  readonly staleCopies?: readonly StaleCopy[]
  /** Absent where only the service's list could be read. */
  readonly organizationIds?: readonly string[]
  readonly allowList?: readonly string[]
  /** GUIDs and resource ids of the endpoints that connect the configured networks to this service; absent when one of the networks was not read. */
  readonly livingIds?: readonly string[]
  /** ClickHouse Cloud's id of the call that read the allow list, which its support asks for. */
  readonly requestId?: string
  /** When allow list and state were read, if not just now. */
  readonly asOf?: string
}

/** A copy that this bot made of a record of a wider zone. Names are whole; no addresses where the record is gone. */
export interface StaleCopy {
  readonly name: string
  readonly from: string
  readonly addresses: readonly string[]
  readonly sourceAddresses: readonly string[]
}

export interface Evidence {
  readonly host: string
  /** The service by the name that commands take; absent when only a host was asked about. */
  readonly service?: string
  readonly network: string
  /** The private endpoint's address as the caller expects it; the control plane's takes precedence. */
  readonly expectedAddress?: string
  readonly networkPlane?: NetworkEvidence
  /** The host is outside the permitted domains, so no packet was sent. */
  readonly hostRefused?: true
  /** The registered private host name that this one resembles. */
  readonly nearestHost?: string
  /** The newest lists are being read: what was read of before counts until then. */
  readonly listsFollow?: true
  /** How far the clock of the machine that runs the checks is ahead of ClickHouse Cloud's, in milliseconds. */
  readonly clockAheadMs?: number
  /** The workers inside the network, by their heartbeats. */
  readonly workers?: readonly { readonly version: string; readonly startedAt: string }[]
  /** No worker inside the network is running. */
  readonly workerAbsent?: true
  /** Why a running worker returned no evidence. */
  readonly workerProblem?: { readonly message: string; readonly remedy: string }
  readonly controlPlane?: ControlPlane
  /** Why the cloud APIs could not be asked. */
  readonly controlPlaneProblem?: string
}
