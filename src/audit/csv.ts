import type { AuditEntry } from '../domain/audit.ts'

const columns = [
  'at',
  'request',
  'event',
  'state',
  'person',
  'personKey',
  'surface',
  'digest',
  'what',
  'vendorRequestIds',
  'hash',
  'record',
] as const

/** The header line, as in RFC 4180. */
export const csvHeader = `${columns.join(',')}\r\n`

export function csvLine({ by, vendorRequestIds = [], ...entry }: AuditEntry, hash: string): string {
  const values: Readonly<Partial<Record<(typeof columns)[number], string>>> = {
    ...entry,
    hash,
    vendorRequestIds: vendorRequestIds.join(' '),
    ...(by !== undefined && { person: by.name, personKey: by.key }),
  }
  return `${columns.map((column) => field(values[column] ?? '')).join(',')}\r\n`
}

/** Quotes a field, and puts an apostrophe before a text that a spreadsheet would run as a formula. */
function field(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
