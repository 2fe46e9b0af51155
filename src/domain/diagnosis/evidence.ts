/**
 * What was observed, check by check. A check never throws for a network fault: the fault is the evidence. A check that is absent was not run, and
 * what was not checked is unknown, never fine.
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
  /** The server answered of its own knowledge (AA), not from a cache. */
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
  /** Handshake finished, chain trusted and name matched. */
  readonly verified: boolean
  readonly failure?: Failure
  /** Bytes received when it ended: zero and a reset after the hello is how a missing allow-list entry looks. */
  readonly bytesRead: number
  readonly protocol?: string
  /**
   * What came of a hello that fits one segment (X25519 alone), tried where the first one was never answered. `usualAnswered`: whether the usual hello,
   * sent once more after the small one had been answered, was answered then; if so, its size is not to blame.
   */
  readonly smallHello?: { readonly answered: boolean; readonly failure?: Failure; readonly usualAnswered?: boolean }
  /** A hello of the usual size for a name of the zone that is nobody's was answered, tried where the service's own never was: then it is the name that is refused. */
  readonly otherNameAnswered?: boolean
  /** A further connection was reset although nothing was sent on it: then no hello is to blame. */
  readonly resetUnasked?: true
  /** Of a chain that fails by its time: whether it leads to a trusted root all the same. */
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

/** Both phases at the endpoint's own address, whatever the name leads to. */
export interface DirectResult {
  readonly tcp: TcpResult
  readonly tls?: TlsResult
}

/** The data plane, seen from inside the network. */
export interface EvidenceByCheck {
  /** Through the network's ordinary resolver, as every program there asks: hosts file and search list included. */
  resolver: DnsAnswer
  /** Asked of the resolver's servers on the wire: without hosts file and search list. Absent where `resolver` is that already. */
  wire: DnsAnswer
  /** IPv6 addresses, asked of the same servers. */
  ipv6: DnsAnswer
  /** IPv6 addresses, asked of Azure DNS; absent where the network asks that anyway. */
  'azure-ipv6': DnsAnswer
  /** The resolver's server once more, a second later, where it did not agree with Azure DNS: whether its TTL falls. */
  later: DnsAnswer
  /** A name of the zone that nobody uses, asked of Azure DNS: what the wildcard says. Absent where the name leads as expected. */
  wildcard: DnsAnswer
  /** The looking machine's clock, ISO 8601. */
  clock: { readonly at: string }
  /** What the hosts file says of the name. */
  hosts: { readonly addresses: readonly string[] }
  /** The name below a domain of the search list, where that has addresses and the name itself has none. */
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

/** What of the control plane is read by itself: state and allow list of the service, entries of the organization, endpoint, zone with link and records. */
export type ControlPart = 'service' | 'organization' | 'endpoint' | 'zone'

/** The control plane, read from Azure and ClickHouse Cloud. What is absent here is not there, unless `unread` says that nobody knows. */
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
  /** Unknown where only the list of the service could be read. */
  readonly organizationIds?: readonly string[]
  readonly allowList?: readonly string[]
  /** GUIDs and resource ids of the endpoints that serve this service in the networks that are known; absent where one of those is not known. */
  readonly livingIds?: readonly string[]
  /** ClickHouse Cloud's id of the call that read the allow list, which its support asks for. */
  readonly requestId?: string
  /** When allow list and state were read, if not just now. */
  readonly asOf?: string
}

export interface Evidence {
  readonly host: string
  /** The service by the name that commands take; absent when only a host was asked about. */
  readonly service?: string
  readonly network: string
  /** The private endpoint's address, told by whoever asks; the control plane knows it better. */
  readonly expectedAddress?: string
  readonly networkPlane?: NetworkEvidence
  /** The host lies outside the domains that may be looked at, so no packet was sent. */
  readonly hostRefused?: true
  /** The registered private host name that this one resembles. */
  readonly nearestHost?: string
  /** How far the looking machine's clock is ahead of ClickHouse Cloud's, in milliseconds. */
  readonly clockAheadMs?: number
  /** The workers that live inside the network, by their heartbeats. */
  readonly workers?: readonly { readonly version: string; readonly startedAt: string }[]
  /** No worker lives that could look from inside the network. */
  readonly workerAbsent?: true
  /** Why a worker that lives has seen nothing. */
  readonly workerProblem?: { readonly message: string; readonly remedy: string }
  readonly controlPlane?: ControlPlane
  /** Why the cloud APIs could not be asked. */
  readonly controlPlaneProblem?: string
}
