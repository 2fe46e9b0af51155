import { isIP } from 'node:net'
import type { DecodedPacket } from 'dns-packet'
import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'

/** How many records evidence keeps. A usual answer has one; a hostile one may fill 64 KiB. */
const maxRecords = 16

const nameOf = (name: string) => cleanText(name, 253)

/** The record types that are asked for: addresses, IPv4 and IPv6, and the start of a zone. */
export type RecordType = 'A' | 'AAAA' | 'SOA'

/** What a response says about records of this type. Aliases are reported, and not asked about. */
export function answerFrom(packet: DecodedPacket, type: RecordType): Omit<DnsAnswer, 'server' | 'elapsedMs'> {
  const answers = packet.answers ?? []
  const addresses = answers.flatMap((record) =>
    record.type === type && isIP(String(record.data)) > 0 ? [String(record.data)] : [],
  )
  const cnames = answers.flatMap((record) => (record.type === 'CNAME' ? [nameOf(record.data)] : []))
  const ttls = answers.flatMap((record) => ('ttl' in record && record.ttl !== undefined ? [record.ttl] : []))
  const soa = [...answers, ...(packet.authorities ?? [])].find((record) => record.type === 'SOA')
  // RFC 2308: the TTL of a negative answer is the lesser of the SOA's TTL and its minimum field.
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

/** dns-packet decodes the response code, but its types leave it out. */
function rcodeOf(packet: DecodedPacket): string {
  return 'rcode' in packet && typeof packet.rcode === 'string' ? packet.rcode : 'MALFORMED'
}
