import type { Ledger } from '../../domain/ledger.ts'
import { type Group, type Person, type Surface, samePerson } from '../../domain/person.ts'
import type { Approvers, Policy } from '../../domain/policy.ts'
import type { Request } from '../../domain/request.ts'
import type { Network } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { Audit } from '../../redis/audit.ts'
import type { Limit } from '../../redis/limits.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Diagnoses, InventoryStore, Messages } from '../../redis/records.ts'
import type { SurveyStore, Verdicts } from '../../redis/survey.ts'
import type { Watches } from '../../redis/watches.ts'
import { durationText } from '../cards/duration.ts'
import type { ApproverAvailability } from '../cards/request/approver-availability.ts'
import { statusOf } from '../cards/subject.ts'
import { type Card, say } from '../chat/card.ts'
import type { Attachment } from '../chat/surface.ts'

/** What the answers to people need. Everything that is stored fails fast: somebody waits for the answer. */
export interface Desk {
  readonly ledger: Ledger
  readonly audit: Pick<Audit, 'of'>
  /** The chat that people speak to this desk from. */
  readonly surface: Surface
  readonly producer: Producer
  readonly messages: Messages
  readonly inventory: Pick<InventoryStore, 'read'>
  readonly survey: Pick<SurveyStore, 'read'>
  readonly verdicts: Pick<Verdicts, 'read'>
  readonly diagnoses: Diagnoses
  readonly watches: Omit<Watches, 'record'>
  readonly organizations: readonly { readonly id: string; readonly name: string }[]
  readonly networks: readonly Network[]
  readonly policies: readonly Policy[]
  /** Those of the groups in which the person is; throws when the chat does not say. */
  groupsOf(person: Person, groups: readonly Group[]): Promise<readonly Group[]>
  /** What the chat says of those who could approve; only to be shown. */
  availabilityOf(request: Request): Promise<ApproverAvailability>
  /** Sends a person a file; throws when that cannot be done. */
  attach(person: Person, file: Attachment): Promise<void>
  /** How often a person may ask for something that costs, by the person's key. */
  readonly costly: Limit
  /** Counts a click that was answered with no. */
  declined(why: string): void
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

/**
 * Those of the list's groups in which the person is: the chat is asked at the moment of the click. Somebody whom the policy names needs no group;
 * when the chat does not answer, nobody is let in by one, and nobody is told that they are in none.
 */
export async function groupsOf(desk: Desk, person: Person, list: Approvers | undefined): Promise<readonly Group[] | undefined> {
  if (list === undefined || list.groups.length === 0) return []
  if (list.approvers.some((approver) => samePerson(approver, person))) return []
  return await desk.groupsOf(person, list.groups).catch((error: unknown) => {
    desk.log.warn({ err: error }, 'group membership not known')
    return undefined
  })
}

/** What a person hears whose right hangs on a group that the chat does not tell about. */
export function membershipUnknown(desk: Desk, request: Request): Card {
  return declining(
    desk,
    'membership-unknown',
    say(
      `I could not check the group just now, so I do not know whether you may do this to ${request.id}, and nothing was done. Try again in a moment.`,
      statusOf(request),
    ),
  )
}

/** What a person hears who asks for too much at a time; nothing while that is not so. */
export async function tooManyFrom({ costly }: Desk, { key }: Person): Promise<Card | undefined> {
  const waitMs = await costly.take(key)
  if (waitMs === 0) return undefined
  return say(
    `You have asked for a lot within a minute, and each question costs: calls of Azure and ClickHouse Cloud, or a picture. Nothing was asked for; try again in ${durationText(waitMs)}.`,
  )
}

/** An answer that is a no, counted. */
export function declining(desk: Pick<Desk, 'declined'>, why: string, card: Card): Card {
  desk.declined(why)
  return card
}
