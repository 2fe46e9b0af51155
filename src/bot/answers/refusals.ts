import type { Person } from '../../domain/person.ts'
import type { Declined } from '../chat/chat-metrics.ts'
import type { Desk } from './desk.ts'
import { noteDown } from './note-down.ts'

/** Of one person, this many refusals within an hour are written down by one process; the last says that it is the last. */
const mostOfOne = 30
const windowMs = 3_600_000
/** How many people are counted at the same time. */
const mostPeople = 1_000

export interface Attempt {
  readonly by: Person
  /** What they tried, e.g. `approve`. */
  readonly did: string
  /** The id that their button or command named. */
  readonly record?: string
}

export interface Refusals {
  /** Runs an answer, and writes down what it declines before it resolves. A refusal that cannot be written is logged. */
  witness<Answer>(desk: Desk, attempt: () => Attempt, answer: (desk: Desk) => Promise<Answer>): Promise<Answer>
  /** Writes down a refusal that no answer has made. */
  note(desk: Desk, attempt: Attempt, why: string): Promise<void>
}

export function createRefusals(): Refusals {
  const counts = new Map<string, { readonly since: number; count: number }>()
  /** How many of this person's there were within the hour, this one included. */
  const countOf = (person: string): number => {
    const now = performance.now()
    const known = counts.get(person)
    const counted = known !== undefined && now - known.since < windowMs ? known : { since: now, count: 0 }
    counted.count += 1
    counts.delete(person)
    counts.set(person, counted)
    if (counts.size > mostPeople) counts.delete(counts.keys().next().value ?? '')
    return counted.count
  }
  const note = async (desk: Desk, { by, did, record }: Attempt, why: string): Promise<void> => {
    const count = countOf(by.key)
    if (count > mostOfOne) return
    const last = count === mostOfOne ? ' (further ones of this person are not written down for up to an hour)' : ''
    try {
      const what = `${did}: ${why}${last}`
      await noteDown(desk, { event: 'refused', by, what, ...(record !== undefined && { record }) })
    } catch (error) {
      desk.log.warn({ err: error, person: by.key, why }, 'a refusal is not in the audit')
    }
  }
  return {
    note,
    async witness(desk, attempt, answer) {
      const notes: Promise<void>[] = []
      const declined = (why: Declined): void => {
        desk.declined(why)
        notes.push(note(desk, attempt(), why))
      }
      const answered = await answer({ ...desk, declined })
      await Promise.all(notes)
      return answered
    },
  }
}
