import type { Person } from './person.ts'

/** What one approver said about the present plan. */
export interface Vote {
  readonly kind: 'approved' | 'rejected'
  readonly by: Person
  readonly at: string
  /** How often this approver had voted otherwise before. */
  readonly changes?: number
}

/** An approver may change a vote this often; then a rejection of theirs stands, so that one person's clicks do not fill the audit. */
const mostChanges = 10

/** Whether this vote cannot be changed any more. An approval can always be taken back. */
export function hasChangedTooOften(vote: Vote | undefined): boolean {
  return vote?.kind === 'rejected' && (vote.changes ?? 0) >= mostChanges
}
