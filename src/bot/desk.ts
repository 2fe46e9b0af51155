import type { Ledger } from '../domain/ledger.ts'
import type { Person } from '../domain/person.ts'
import type { Network } from '../domain/target.ts'
import type { Log } from '../log.ts'
import type { Producer } from '../redis/producer.ts'
import type { Diagnoses, InventoryStore } from '../redis/records.ts'
import type { SurveyStore, Verdicts } from '../redis/survey.ts'
import type { Attachment } from './surface.ts'

/** What the answers to people need. Everything that is stored fails fast: somebody waits for the answer. */
export interface Desk {
  readonly ledger: Ledger
  readonly producer: Producer
  readonly inventory: InventoryStore
  readonly survey: Pick<SurveyStore, 'read'>
  readonly verdicts: Pick<Verdicts, 'read'>
  readonly diagnoses: Diagnoses
  readonly organizations: readonly { readonly id: string; readonly name: string }[]
  readonly networks: readonly Network[]
  /** Sends a person a file; throws when that cannot be done. */
  attach(person: Person, file: Attachment): Promise<void>
  readonly log: Log
  /** The moment, ISO 8601. */
  now(): string
}

/**
 * Wakes what comes after a decision that the ledger already holds. It must not undo the answer: the jobs process looks for records that nobody works
 * on, so a wake-up that is lost only costs time. Returns whether it went out.
 */
export async function wake(desk: Desk, ...wakings: readonly Promise<void>[]): Promise<boolean> {
  const results = await Promise.allSettled(wakings)
  const lost = results.filter((result) => result.status === 'rejected')
  for (const { reason } of lost) desk.log.warn({ err: reason }, 'wake-up lost')
  return lost.length === 0
}
