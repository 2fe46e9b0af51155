import type { AuditEntry } from '../../domain/audit.ts'
import { cleanText } from '../../domain/hostile-text.ts'
import type { Person } from '../../domain/person.ts'
import type { Desk } from './desk.ts'

/** Longest description of what was asked for, in code points. */
const longest = 300

type Deed = Pick<AuditEntry, 'event' | 'record'> & {
  readonly by: Person
  readonly what: string
  /** The request that it is about, and its state. */
  readonly about?: { readonly id: string; readonly state: string }
}

/** Appends an entry to the audit about something that changes no request. Throws when it cannot be written. */
export async function noteDown(
  desk: Pick<Desk, 'audit' | 'surface' | 'now'>,
  { event, by, what, about, record }: Deed,
): Promise<void> {
  await desk.audit.append({
    at: desk.now(),
    request: about?.id ?? '',
    event,
    state: about?.state ?? '',
    by: { key: by.key, name: by.name },
    surface: desk.surface,
    what: cleanText(what, longest),
    ...(record !== undefined && { record: cleanText(record, 40) }),
  })
}
