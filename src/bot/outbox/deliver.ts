import { RetryableError, TerminalError } from '../../domain/errors.ts'
import type { Ledger } from '../../domain/ledger.ts'
import { type Place, samePlace } from '../../domain/person.ts'
import { type Policy, withReviewers } from '../../domain/policy.ts'
import { isOpen, needsReview, type Request } from '../../domain/request.ts'
import type { LostRequest, OutboxItem } from '../../redis/queues.ts'
import type { Diagnoses } from '../../redis/records.ts'
import { diagnosisCard } from '../cards/diagnosis/diagnosis-card.ts'
import { availabilityField, availabilityMark } from '../cards/request/approver-availability.ts'
import { lostCard } from '../cards/request/lost-card.ts'
import { endCard, noticesOf, reviewKey } from '../cards/request/notices.ts'
import { requestCard } from '../cards/request/request-card.ts'
import { channels, type Text, words } from '../chat/card.ts'
import { failureOf } from '../chat/failure-of.ts'
import type { PeopleInAllChats } from '../chat/people-in-all-chats.ts'
import { availabilityOf } from './availability.ts'
import { showDuplicatePosts } from './duplicate-posts.ts'
import { lostDecisionField, lostDecisionNotice } from './lost-decisions.ts'
import {
  type ChatMessages,
  isRefusal,
  isShownAt,
  postOnce,
  replaceAll,
  requestRecord,
  settleNotices,
  showAsked,
  showAt,
  showTo,
} from './messages.ts'
import type { OwnPosts } from './own-posts.ts'

/**
 * Time between two attempts to post where the chat refuses it, in milliseconds: in general; shorter while the request is applied, because its progress
 * waits as long; longer after its end, when only the old buttons are to be removed.
 */
const retryEveryMs = 60_000
const retryWhileApplyingMs = 15_000
const retryAfterEndMs = 10 * 60_000

/** How long after a request's end the attempts stop, in milliseconds. */
const giveUpAfterEndMs = 24 * 3_600_000

/** The field that remembers that every message has shown that the request is carried out. */
const applyingField = 'shown:applying'

export interface Outbox extends ChatMessages {
  readonly messages: OwnPosts
  readonly ledger: Pick<Ledger, 'get' | 'unshown' | 'shown'>
  readonly diagnoses: Pick<Diagnoses, 'get'>
  readonly people: Pick<PeopleInAllChats, 'away' | 'membersOf'>
  readonly policies: readonly Policy[]
  now(): number
}

/**
 * Makes the messages about one record show what the ledger says now. May run twice: a message that is posted is updated. `isOurs` says whether the job is
 * still this worker's: another one that has taken it over may have shown something newer already, over which an older state was written meanwhile. What is
 * written last has to be the newest.
 */
export async function deliver(outbox: Outbox, item: OutboxItem, isOurs = async () => true): Promise<void> {
  if (item.kind === 'diagnosis') return await deliverDiagnosis(outbox, item.id)
  if (item.kind === 'lost') return await deliverLost(outbox, item)
  const { ledger } = outbox
  for (;;) {
    const shown = JSON.stringify(await ledger.get(item.id))
    const failure = await failureOf(() => deliverNewest(outbox, item))
    const isBehind = !(await isOurs()) && JSON.stringify(await ledger.get(item.id)) !== shown
    if (isBehind) continue
    if (failure !== undefined) throw failure
    return
  }
}

async function deliverNewest(outbox: Outbox, item: OutboxItem): Promise<void> {
  const { ledger, log } = outbox
  // Read before the request: what is shown is this version or a newer one.
  const version = (await ledger.unshown())[item.id]
  const found = await ledger.get(item.id)
  if (found === undefined && (await replaceAll(outbox, requestRecord(item.id), lostCard(item.id))) > 0) return
  if (found === undefined)
    throw new TerminalError('request-unknown', `There is no request ${item.id}.`, { remedy: 'None is needed.' })
  const request = withReviewers(found, outbox.policies)
  const failures = await deliverRequest(outbox, request)
  const passing = failures.find((failure) => !isRefusal(failure))
  if (passing !== undefined) throw passing
  const refused = failures.filter(isRefusal).find(({ code }) => code !== 'place-closed')
  const retryAfterMs = retryAfter(request, outbox.now())
  if (refused !== undefined && retryAfterMs !== undefined) {
    const { code, message, remedy } = refused
    throw new RetryableError(code, message, { remedy, retryAfterMs, cause: refused })
  }
  // Where the bot was shut out it is said once, and tried again when there is something new to show.
  if (refused !== undefined) log.error({ err: refused, request: item.id }, 'a message cannot be shown, and is given up')
  if (failures.length === 0) outbox.messages.showed(found)
  if (version !== undefined) await ledger.shown(item.id, version)
}

/** In milliseconds; `undefined` when the attempts stop. */
function retryAfter({ state, endedAt }: Request, now: number): number | undefined {
  if (endedAt !== undefined) return now - Date.parse(endedAt) < giveUpAfterEndMs ? retryAfterEndMs : undefined
  return state === 'applying' ? retryWhileApplyingMs : retryEveryMs
}

/** Every message about it says so; where there is none, the asker is told. */
async function deliverLost(outbox: Outbox, { id, place, by }: LostRequest): Promise<void> {
  if ((await outbox.ledger.get(id)) !== undefined) return
  const record = requestRecord(id)
  const card = lostCard(id)
  if ((await replaceAll(outbox, record, card)) === 0) await showAsked(outbox, { record, place, card, by })
}

async function deliverDiagnosis(outbox: Outbox, id: string): Promise<void> {
  const diagnosis = await outbox.diagnoses.get(id)
  const card = diagnosis === undefined ? undefined : diagnosisCard(diagnosis)
  if (diagnosis === undefined || card === undefined) return
  const { place, by } = diagnosis.asked
  await showAsked(outbox, { record: `diagnosis-${id}`, place, card, by })
}

/**
 * The approvers' messages first, because the requester's message says if one of them failed. One failure stops no other message; returns the failures. What
 * people wait for goes before the progress of what is carried out.
 */
async function deliverRequest(outbox: Outbox, request: Request): Promise<readonly unknown[]> {
  const record = requestRecord(request.id)
  const known = await outbox.messages.of(record)
  const yields = request.state === 'applying' && known[applyingField] !== undefined
  const lost = lostDecisionNotice(request, known[lostDecisionField])
  const failures = await showRequest({ ...outbox, yields }, request, lost)
  if (request.state === 'applying' && !yields && failures.length === 0)
    await outbox.messages.remember(record, applyingField, 'yes')
  return failures
}

async function showRequest(outbox: Outbox, request: Request, lost: Text | undefined): Promise<readonly unknown[]> {
  const { approval, asked, id, state } = request
  const record = requestRecord(id)
  const failures: unknown[] = []
  const trying = async (action: () => Promise<void>): Promise<unknown> => {
    const failure = await failureOf(action)
    if (failure === undefined) return undefined
    // What waits for its turn is no fault.
    const level = failure instanceof RetryableError && failure.code === 'paced' ? 'debug' : 'warn'
    outbox.log[level]({ err: failure, request: id }, 'a message is not shown yet')
    failures.push(failure)
    return failure
  }
  const availability = await availabilityOf(outbox.people, request)
  const lostNotice = lost === undefined ? {} : { notice: lost }
  // Of a request that is over, the approvers need no first message, unless they are to review it.
  const matters = isOpen(request) || needsReview(request)
  const unreached: { readonly place: Place; readonly refusal: TerminalError }[] = []
  for (const place of servedPlaces(outbox, approval?.places ?? [])) {
    if (!matters && !(await isShownAt(outbox, record, place))) continue
    const failure = await trying(() =>
      showAt(outbox, record, place, requestCard(request, { decides: true, availability, ...lostNotice })),
    )
    if (isRefusal(failure)) unreached.push({ place, refusal: failure })
  }
  if (state === 'awaiting-approval')
    await outbox.messages.remember(record, availabilityField, availabilityMark(request, availability))
  const notice = state === 'awaiting-approval' && unreached.length > 0 ? unreachable(unreached) : undefined
  const card = requestCard(request, { decides: false, availability, ...(notice === undefined ? lostNotice : { notice }) })
  const showing = { record, place: asked.place, card, by: asked.by }
  const isAskedThere = approval?.places.some((place) => samePlace(place, asked.place)) === true
  if (!isAskedThere) await trying(() => showAsked(outbox, showing))
  else if (unreached.some(({ place }) => samePlace(place, asked.place))) await trying(() => showTo(outbox, showing))
  await trying(() => showDuplicatePosts(outbox, request, availability))
  for (const notice of noticesOf(request, availability)) await trying(() => postOnce(outbox, record, notice))
  // A review is the last that can happen to it.
  const except = needsReview(request) ? reviewKey : undefined
  const end = { end: request.review === undefined ? 'ended' : 'reviewed', card: endCard(request), except }
  if (!isOpen(request)) await trying(() => settleNotices(outbox, record, end))
  return failures
}

/** The configuration may name a channel in a chat that this bot does not serve. Where none is served, all are tried, so that it is said. */
function servedPlaces({ chats }: Outbox, places: readonly Place[]): readonly Place[] {
  const served = places.filter(({ surface }) => chats.has(surface))
  return served.length === 0 ? places : served
}

function unreachable(unreached: readonly { readonly place: Place; readonly refusal: TerminalError }[]): Text {
  const places = channels(unreached.map(({ place }) => place))
  const remedies = [...new Set(unreached.map(({ refusal }) => refusal.remedy))].join(' ')
  const isClosed = unreached.every(({ refusal }) => refusal.code === 'place-closed')
  const next = isClosed ? 'I post it as soon as I am added.' : 'I keep trying.'
  return words`I could not post this to ${places}, where it is to be approved. ${remedies} ${next}`
}
