import type { Certificate, PeerCertificate } from 'node:tls'
import type { TlsResult } from '../domain/diagnosis/evidence.ts'
import { cleanText } from '../domain/hostile-text.ts'

/** What a person needs of the peer's certificate. Every field was written by the peer. */
export function certificateFacts(peer: PeerCertificate): Pick<TlsResult, 'certificate'> {
  // Without a certificate Node gives an empty object.
  if (peer.subject === undefined) return {}
  const { subject, issuer, valid_from, valid_to } = peer
  return {
    certificate: { subject: nameOf(subject), issuer: nameOf(issuer), validFrom: timeOf(valid_from), validTo: timeOf(valid_to) },
  }
}

/** `CN=…, O=…`: a distinguished name may repeat any of its attributes. */
function nameOf(name: Certificate): string {
  const parts = Object.entries(name).map(([attribute, value]) => `${attribute}=${[value].flat().join('+')}`)
  return cleanText(parts.join(', '), 200)
}

/** ISO 8601 from OpenSSL's `Nov 24 22:52:38 2026 GMT`. */
function timeOf(time: string): string {
  const parsed = new Date(time)
  return Number.isNaN(parsed.valueOf()) ? cleanText(time, 40) : parsed.toISOString()
}
