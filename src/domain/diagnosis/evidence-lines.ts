import { isUnread, unknownEntries } from './control-facts.ts'
import type { ControlPart, DirectResult, DnsAnswer, Evidence, Failure, StaleCopy, TcpResult, TlsResult } from './evidence.ts'
import { listed, shown } from './rules/words.ts'

/** One observation: what, and its value. Safe to print, not escaped. */
export interface EvidenceLine {
  readonly what: string
  readonly said: string
}

/** Pure. Everything that was observed, in the order of the path. */
export function evidenceLines(evidence: Evidence): readonly EvidenceLine[] {
  const { networkPlane: seen = {}, controlPlane, clockAheadMs } = evidence
  const known = (part: ControlPart, said: string | undefined): EvidenceLine | undefined => {
    const why = controlPlane?.unread?.[part]
    if (why === undefined) return line(part, said)
    return line(part, said === undefined ? `not read: ${shown(why)}` : `${said}, read earlier; now: ${shown(why)}`)
  }
  const lines: (EvidenceLine | undefined)[] = [
    line('resolver', seen.resolver && dnsWords(seen.resolver)),
    line('resolver, on the wire', seen.wire && dnsWords(seen.wire)),
    ...(seen.servers ?? []).map((each) => line('one server alone', dnsWords(each))),
    line('Azure DNS', seen['azure-dns'] && dnsWords(seen['azure-dns'])),
    line('an unused name', seen.wildcard && dnsWords(seen.wildcard)),
    line('unused, by the resolver', seen.forwarding && dnsWords(seen.forwarding.unused)),
    line('SOA, by the resolver', seen.forwarding && dnsWords(seen.forwarding.soa)),
    line('a second later', seen.later && dnsWords(seen.later)),
    line('IPv6', seen.ipv6 && dnsWords(seen.ipv6)),
    line('IPv6, Azure DNS', seen['azure-ipv6'] && dnsWords(seen['azure-ipv6'])),
    line('hosts file', seen.hosts?.addresses.length ? listed(seen.hosts.addresses) : undefined),
    line('search list', seen.search && `${shown(seen.search.name)} → ${listed(seen.search.addresses)}`),
    line('TCP 8443', seen['tcp:8443'] && tcpWords(seen['tcp:8443'])),
    line('TCP 9440', seen['tcp:9440'] && tcpWords(seen['tcp:9440'])),
    line('TLS 8443', seen['tls:8443'] && tlsWords(seen['tls:8443'])),
    line('TLS 9440', seen['tls:9440'] && tlsWords(seen['tls:9440'])),
    line('endpoint itself, 8443', seen['direct:8443'] && directWords(seen['direct:8443'])),
    line('endpoint itself, 9440', seen['direct:9440'] && directWords(seen['direct:9440'])),
    line('/ping', seen.ping && pingWords(seen.ping)),
    line('workers', evidence.workers && workersWords(evidence.workers)),
    line('clock', clockAheadMs === undefined ? undefined : `${Math.round(clockAheadMs / 1_000)} s ahead of ClickHouse Cloud`),
    ...(controlPlane === undefined
      ? [line('control plane', evidence.controlPlaneProblem === undefined ? undefined : shown(evidence.controlPlaneProblem))]
      : [
          known('service', controlPlane.serviceState && shown(controlPlane.serviceState)),
          known('endpoint', isUnread(evidence, 'endpoint') ? undefined : endpointWords(controlPlane.endpoint)),
          known('zone', isUnread(evidence, 'zone') ? undefined : zoneWords(controlPlane.zone)),
          line('record', controlPlane.record && `${shown(controlPlane.record.name)} → ${listed(controlPlane.record.addresses)}`),
          ...(controlPlane.staleCopies ?? []).map((copy) => line('a copied record', copyWords(copy))),
          known('organization', controlPlane.organizationIds && listed(controlPlane.organizationIds)),
          line('allow list', controlPlane.allowList && listed(controlPlane.allowList)),
          line('of these, no known endpoint', unknownEntries(evidence).length > 0 ? listed(unknownEntries(evidence)) : undefined),
          line('requestId', controlPlane.requestId && shown(controlPlane.requestId)),
        ]),
  ]
  return lines.filter((each) => each !== undefined)
}

function line(what: string, said: string | undefined): EvidenceLine | undefined {
  return said === undefined ? undefined : { what, said }
}

function dnsWords({ server, rcode, addresses, ttl, cnames, soa, elapsedMs }: DnsAnswer): string {
  return [
    `${shown(server)}: ${shown(rcode)}`,
    ...(cnames.length > 0 ? [`by way of ${listed(cnames)}`] : []),
    ...(addresses.length > 0 ? [listed(addresses)] : []),
    ...(ttl === undefined ? [] : [`TTL ${ttl} s`]),
    ...(soa === undefined ? [] : [`SOA ${shown(soa)}`]),
    milliseconds(elapsedMs),
  ].join(', ')
}

function tcpWords({ address, connected, failure, elapsedMs }: TcpResult): string {
  return `${shown(address)}: ${connected ? 'open' : failureWords(failure)}, ${milliseconds(elapsedMs)}`
}

function tlsWords(tls: TlsResult): string {
  const { verified, protocol, failure, bytesRead, certificate, smallHello, otherNameAnswered, resetUnasked, elapsedMs } = tls
  return [
    verified ? 'verified' : failureWords(failure),
    ...(protocol === undefined ? [] : [shown(protocol)]),
    ...(certificate === undefined
      ? [`${bytesRead} bytes received`]
      : [
          `certificate of ${nameWords(certificate.subject)}${certificate.names === undefined ? '' : ` (${shown(certificate.names)})`} by ${nameWords(certificate.issuer)}, ${shown(certificate.validFrom)} to ${shown(certificate.validTo)}`,
        ]),
    ...(tls.trustedApartFromTime === false ? ['not trusted, whatever the time'] : []),
    ...(smallHello === undefined ? [] : [`a small hello ${smallHello.answered ? 'is' : 'is not'} answered`]),
    ...(smallHello?.usualAnswered === true ? ['the usual one, sent again, is answered too'] : []),
    ...(otherNameAnswered === undefined ? [] : [`one for another name ${otherNameAnswered ? 'is' : 'is not'}`]),
    ...(resetUnasked === true ? ['a silent connection is reset too'] : []),
    milliseconds(elapsedMs),
  ].join(', ')
}

/** A certificate's subject may be empty, with all names in its list. */
function nameWords(name: string): string {
  return shown(name) || 'nobody'
}

function directWords({ tcp, tls }: DirectResult): string {
  return tls === undefined ? tcpWords(tcp) : `${shown(tcp.address)}: ${tlsWords(tls)}`
}

function pingWords({
  status,
  body,
  failure,
  elapsedMs,
}: {
  status?: number
  body?: string
  failure?: Failure
  elapsedMs: number
}): string {
  const answer = status === undefined ? [] : [`${status} "${shown(body)}"`]
  const end = status === undefined || failure !== undefined ? [failureWords(failure)] : []
  return [...answer, ...end, milliseconds(elapsedMs)].join(', ')
}

function failureWords(failure: Failure | undefined): string {
  return failure === undefined ? 'failed' : `${shown(failure.code)} (${shown(failure.message)})`
}

function endpointWords(endpoint: NonNullable<Evidence['controlPlane']>['endpoint']): string {
  if (endpoint === undefined) return 'none'
  const { connection, address, guid, id } = endpoint
  return `${shown(connection)}, ${shown(address)}, GUID ${shown(guid)}, ${shown(id.split('/').at(-1))}`
}

function zoneWords(zone: NonNullable<Evidence['controlPlane']>['zone']): string {
  if (zone === undefined) return 'none'
  return `${shown(zone.id.split('/').at(-1))}, ${zone.linked ? 'linked' : 'not linked'} to the network`
}

/** e.g. `other.example leads to 10.0.0.1, and in the zone that it was copied from to 10.0.0.2` */
export function copyWords({ name, from, addresses, sourceAddresses }: StaleCopy): string {
  const now = sourceAddresses.length === 0 ? 'it is gone' : `it leads to ${listed(sourceAddresses)}`
  return `${shown(name)} leads to ${listed(addresses)}; in ${shown(from)}, which it was copied from, ${now}`
}

function workersWords(workers: NonNullable<Evidence['workers']>): string {
  const each = workers.map(({ version, startedAt }) => `version ${shown(version)} since ${shown(startedAt)}`)
  return each.length === 0 ? 'none' : each.join('; ')
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`
}
