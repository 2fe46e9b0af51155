import { isIP } from 'node:net'
import type { DecodedPacket } from 'dns-packet'
import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'

/** As many records as evidence keeps: an honest answer has one, a hostile one has what fits 64 KiB. */
const maxRecords = 16

const nameOf = (name: string) => cleanText(name, 253)

/** The kinds of addresses. */
export type AddressType = 'A' | 'AAAA'

/** What a response says about addresses of this kind. Nothing is followed or asked again. */
export function answerFrom(packet: DecodedPacket, type: AddressType): Omit<DnsAnswer, 'server' | 'elapsedMs'> {
  const answers = packet.answers ?? []
  const addresses = answers.flatMap((record) =>
    record.type === type && isIP(String(record.data)) > 0 ? [String(record.data)] : [],
  )
  const cnames = answers.flatMap((record) => (record.type === 'CNAME' ? [nameOf(record.data)] : []))
  const ttls = answers.flatMap((record) => ('ttl' in record && record.ttl !== undefined ? [record.ttl] : []))
  const soa = (packet.authorities ?? []).find((record) => record.type === 'SOA')
  // RFC 2308: a negative answer lives as long as the SOA's TTL or its last field, whichever is less.
  const ttl = ttls.length > 0 ? Math.min(...ttls) : soa && Math.min(soa.ttl ?? 0, soa.data.minimum ?? 0)
  return {
    rcode: rcodeOf(packet),
    addresses: addresses.slice(0, maxRecords),
    cnames: cnames.slice(0, maxRecords),
    ...(ttl !== undefined && { ttl }),
    ...(packet.flag_aa && { authoritative: true as const }),
    ...(soa !== undefined && { soa: nameOf(soa.data.mname) }),
  }
}

/** dns-packet decodes the response code, but its types do not tell. */
function rcodeOf(packet: DecodedPacket): string {
  return 'rcode' in packet && typeof packet.rcode === 'string' ? packet.rcode : 'MALFORMED'
}
