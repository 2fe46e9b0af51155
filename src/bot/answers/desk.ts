import type { Ledger } from '../../domain/ledger.ts'
import { type Group, type Person, type Surface, samePerson } from '../../domain/person.ts'
import type { Approvers, Policy } from '../../domain/policy.ts'
import type { Request } from '../../domain/request.ts'
import type { Network } from '../../domain/target.ts'
import type { Log } from '../../log.ts'
import type { Audit } from '../../redis/audit.ts'
import type { AuditWriter } from '../../redis/audit-append.ts'
import type { Limit } from '../../redis/limits.ts'
import type { Producer } from '../../redis/producer.ts'
import type { Diagnoses, InventoryStore, Messages } from '../../redis/records.ts'
import type { SurveyStore, Verdicts } from '../../redis/survey.ts'
import type { Watches } from '../../redis/watches.ts'
import { durationText } from '../cards/duration.ts'
import type { ApproverAvailability } from '../cards/request/approver-availability.ts'
import { statusOf } from '../cards/subject.ts'
import { type Card, say } from '../chat/card.ts'
import type { Declined } from '../chat/chat-metrics.ts'
import type { Attachment } from '../chat/surface.ts'

/** What the answers to people need. Redis is not waited for: a person waits for the answer. */
export interface Desk {
  readonly ledger: Ledger
  readonly audit: Pick<Audit, 'of'> & AuditWriter
  /** The chat that this desk answers in. */
  readonly surface: Surface
  readonly producer: Producer
  readonly messages: Messages
  readonly inventory: Pick<InventoryStore, 'read'>
  readonly survey: Pick<SurveyStore, 'read' | 'readWithNames'>
  readonly verdicts: Pick<Verdicts, 'read'>
  readonly diagnoses: Diagnoses
  readonly watches: Omit<Watches, 'record'>
  readonly organizations: readonly { readonly id: string; readonly name: string }[]
  readonly networks: readonly Network[]
  readonly policies: readonly Policy[]
  /** Those of the groups in which the person is; throws when the chat does not say. */
  groupsOf(person: Person, groups: readonly Group[]): Promise<readonly Group[]>
  /** Which approvers can still act, as the chats say. Shown, and never decided by. */
  availabilityOf(request: Request): Promise<ApproverAvailability>
  /** Sends a person a file; throws when that cannot be done. */
  attach(person: Person, file: Attachment): Promise<void>
  /** How often a person may ask for something that calls a cloud or makes a file, by the person's key. */
  readonly costly: Limit
  /** Notes that the asker is told of a new request, which a failover of Redis may lose. */
  told(request: Request): void
  /** Counts an answer that refuses, by its reason. */
  declined(why: Declined): void
  readonly log: Log
  /** The moment, ISO 8601. */
  now(): string
}

/**
 * Queues the jobs that follow a decision. Never throws: the ledger holds the decision, and the jobs process finds records without a job by itself, so
 * that a lost job costs time only. Returns whether all were queued.
 */
export async function wake(desk: Desk, ...wakings: readonly Promise<void>[]): Promise<boolean> {
  const results = await Promise.allSettled(wakings)
  const lost = results.filter((result) => result.status === 'rejected')
  for (const { reason } of lost) desk.log.warn({ err: reason }, 'a job was not queued')
  return lost.length === 0
}

/**
 * Those of the list's groups in which the person is, asked of the chat now. Empty for a person whom the policy names, who needs no group. Undefined when
 * the chat does not answer: then nobody is accepted as a member, and nobody is told that they are not one.
 */
export async function groupsOf(desk: Desk, person: Person, list: Approvers | undefined): Promise<readonly Group[] | undefined> {
  if (list === undefined || list.groups.length === 0) return []
  if (list.approvers.some((approver) => samePerson(approver, person))) return []
  return await desk.groupsOf(person, list.groups).catch((error: unknown) => {
    desk.log.warn({ err: error }, 'the chat does not say who is in a group')
    return undefined
  })
}

/** The answer to a person whose membership the chat did not tell. */
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

/** The answer to a person who has used up their limit; undefined while they have not. */
export async function tooManyFrom({ costly }: Desk, { key }: Person): Promise<Card | undefined> {
  const waitMs = await costly.take(key)
  if (waitMs === 0) return undefined
  return say(
    `You have asked for a lot within a minute, and each question costs: calls of Azure and ClickHouse Cloud, or a file. Nothing was asked for; try again in ${durationText(waitMs)}.`,
  )
}

/** Counts the refusal, and returns its answer. */
export function declining(desk: Pick<Desk, 'declined'>, why: Declined, card: Card): Card {
  desk.declined(why)
  return card
}
