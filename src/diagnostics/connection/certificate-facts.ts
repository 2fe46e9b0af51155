import type { X509Certificate } from 'node:crypto'
import type { TlsResult } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'

/** What a person needs of the peer's certificate. Every field was written by the peer. */
export function certificateFacts(peer: X509Certificate): NonNullable<TlsResult['certificate']> {
  const { subject, subjectAltName, issuer, validFromDate, validToDate } = peer
  return {
    subject: nameOf(subject),
    ...(subjectAltName !== undefined && { names: cleanText(subjectAltName, 300) }),
    issuer: nameOf(issuer),
    validFrom: timeOf(validFromDate),
    validTo: timeOf(validToDate),
  }
}

/** `CN=…, O=…` from one attribute a line; absent where the certificate names nobody. */
function nameOf(name: string | undefined): string {
  return cleanText((name ?? '').split('\n').join(', '), 200)
}

/** ISO 8601. */
function timeOf(time: Date): string {
  return Number.isNaN(time.valueOf()) ? 'unreadable' : time.toISOString()
}
