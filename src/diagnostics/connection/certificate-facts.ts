import type { X509Certificate } from 'node:crypto'
import type { TlsResult } from '../../domain/diagnosis/evidence.ts'
import { cleanText } from '../../domain/hostile-text.ts'

/** The fields of the peer's certificate that a diagnosis shows. The peer chose their text, so treat it as hostile. */
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

/** `CN=…, O=…` from text with one attribute a line; an empty text when there is no attribute. */
function nameOf(name: string | undefined): string {
  return cleanText((name ?? '').split('\n').join(', '), 200)
}

/** A time as ISO 8601 text. */
function timeOf(time: Date): string {
  return Number.isNaN(time.valueOf()) ? 'unreadable' : time.toISOString()
}
