import type { Surface } from '../../domain/person.ts'

/** Why a request was refused before anybody looked at it. */
export const refusedReasons = [
  'bad-signature',
  'too-old',
  'from-the-future',
  'replayed',
  'wrong-workspace',
  'wrong-app',
  'not-authentic',
  'wrong-tenant',
  'wrong-service-url',
  'wrong-channel',
] as const
export type Refused = (typeof refusedReasons)[number]

/** Why a click decided nothing: the standing of the person who clicked, or what was wrong with the button. */
export const declinedReasons = [
  'own-request',
  'not-an-approver',
  'nothing-to-decide',
  'expired',
  'stale-plan',
  'already-approved',
  'already-rejected',
  'changed-too-often',
  'unknown-request',
  'unknown-button',
  'unknown-form',
  'not-for-emergencies',
  'nobody-to-review',
  'membership-unknown',
  'not-a-requester',
  'may-not-cancel',
  'not-your-watch',
  'too-many-open',
  'nothing-to-undo',
  'undone-already',
] as const
export type Declined = (typeof declinedReasons)[number]

/** What a chat counts while the process runs. */
export interface ChatMetrics {
  refused(why: Refused): void
  /** A click that decided nothing. */
  declined(why: Declined): void
  /** How long a chat waited for the answer to a request, in seconds. */
  acknowledged(chat: Surface, seconds: number): void
}
