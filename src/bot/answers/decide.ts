import { isApprover, type Standing, standingOf } from '../../domain/policy.ts'
import { isInvolved, needsReview, type Request } from '../../domain/request.ts'
import { agoText } from '../cards/duration.ts'
import { approversText, quorumText, reviewersText } from '../cards/request/approvers-text.ts'
import { decisionWords } from '../cards/request/decided-text.ts'
import { detailsCard } from '../cards/request/details-card.ts'
import { planLines, planSummary } from '../cards/request/plan-lines.ts'
import { doneAndNotDone } from '../cards/request/progress-lines.ts'
import { sameCommand, shownName, statusOf } from '../cards/subject.ts'
import { type Card, command, type Inline, mention, type RequestVerb, say, strong, time, words } from '../chat/card.ts'
import type { Click, Reply } from '../chat/surface.ts'
import { adopt } from '../outbox/duplicate-posts.ts'
import { askToOverride } from './break-glass.ts'
import { type Desk, declining, groupsOf, membershipUnknown, wake } from './desk.ts'
import { cancelRequest } from './requests.ts'
import { exportTerraform } from './terraform-export.ts'
import { askForUndo } from './undo.ts'

/**
 * What a click on a request's message does. The button says only which request and which plan the person saw; everything else is judged from the
 * ledger, at the moment of the click. Decide first, then wake, then answer.
 */
export async function answerRequestClick(desk: Desk, click: Click<RequestVerb>): Promise<Reply> {
  const request = await desk.ledger.get(click.id)
  if (request === undefined) {
    desk.declined('unknown-request')
    return card(say(words`I do not know a request ${shownName(click.id)}, so there is nothing to decide.`))
  }
  const reply = await answerFor(desk, click, request)
  if (click.on !== undefined) await adopt(desk, click.id, click.on)
  return reply
}

async function answerFor(desk: Desk, click: Click<RequestVerb>, request: Request): Promise<Reply> {
  switch (click.verb) {
    case 'details':
      return card(detailsCard(request, click.digest))
    case 'export':
      return card(await exportTerraform(desk, click.by, request))
    case 'undo':
      return card(await askForUndo(desk, click, request))
    case 'cancel':
      return card(await cancelRequest(desk, click.by, click.id))
    case 'override':
      return await askToOverride(desk, click, request)
    case 'review':
      return card(await review(desk, click, request))
    case 'approve':
    case 'reject':
      return card(await decideOrDecline(desk, click, request))
  }
}

function card(shown: Card): Reply {
  return { kind: 'card', card: shown }
}

async function decideOrDecline(desk: Desk, click: Click<RequestVerb>, request: Request): Promise<Card> {
  const { by, id, digest } = click
  const type = click.verb === 'approve' ? 'approve' : 'reject'
  const kind = type === 'approve' ? 'approved' : 'rejected'
  const known = await groupsOf(desk, by, request.approval)
  const groups = known ?? []
  const at = desk.now()
  const standing = standingOf(request, by, { kind, digest, at, groups })
  if (standing === 'not-an-approver' && known === undefined) {
    return membershipUnknown(desk, request)
  }
  if (standing !== 'may-decide') return await decline(desk, click, request, standing)
  const recorded = await desk.ledger.record(id, { type, by, surface: desk.surface, digest, at })
  if (recorded.changed) return await announce(desk, recorded.request, type)
  const now = standingOf(recorded.request, by, { kind, digest, at, groups })
  return await decline(desk, click, recorded.request, now === 'may-decide' ? 'nothing-to-decide' : now)
}

async function announce(desk: Desk, request: Request, type: 'approve' | 'reject'): Promise<Card> {
  const { id, state } = request
  const item = { kind: 'request', id } as const
  if (state !== 'applying') await wake(desk, desk.producer.show(item))
  if (state === 'rejected')
    return say(
      words`You rejected ${strong(id)}. ${doneAndNotDone(request)} ${mention(request.asked.by)} is told.`,
      statusOf(request),
    )
  if (state === 'awaiting-approval') {
    const said = type === 'approve' ? words`You approved ${strong(id)}.` : words`You are against ${strong(id)}.`
    return say(words`${said} ${quorumText(request)}`, statusOf(request))
  }
  const awake = await wake(desk, desk.producer.work(item), desk.producer.show(item))
  const next = awake
    ? 'It is running now; its message shows how far it is.'
    : 'I could not wake the worker at once, so it starts a little later.'
  return say(words`You approved ${strong(id)}. ${next}`, statusOf(request))
}

async function decline(
  desk: Desk,
  click: Click<RequestVerb>,
  request: Request,
  standing: Exclude<Standing, 'may-decide'>,
): Promise<Card> {
  desk.declined(standing)
  const { id } = request
  const approvers = request.approval === undefined ? [] : approversText(request)
  switch (standing) {
    case 'own-request':
      return say(words`You asked for ${id} yourself, so someone else has to ${click.verb} it: ${approvers}.`, statusOf(request))
    case 'not-an-approver':
      return say(
        words`You are not among the approvers of ${id}, so your click changed nothing. It needs ${approvers}.`,
        statusOf(request),
      )
    case 'already-approved':
      return say(words`You approved ${id} already, and a person counts once. ${quorumText(request)}`, statusOf(request))
    case 'already-rejected':
      return say(words`You said already that you are against ${id}. ${quorumText(request)}`, statusOf(request))
    case 'expired':
      return await expired(desk, request)
    case 'stale-plan':
      return await stale(desk, request)
    case 'nothing-to-decide':
      return say(words`${decidedText(request, desk.now())}: nothing to decide any more.`, statusOf(request))
  }
}

/** Somebody else looks at what ran without an approval. */
async function review(desk: Desk, { by, id }: Click<RequestVerb>, before: Request): Promise<Card> {
  if (before.review !== undefined) {
    return say(words`${mention(before.review.by)} has reviewed ${id} already.`, statusOf(before))
  }
  if (!needsReview(before)) return declining(desk, 'nothing-to-decide', say(words`${id} needs no review.`, statusOf(before)))
  if (isInvolved(before, by))
    return declining(
      desk,
      'own-request',
      say(words`Someone else has to review ${id}: ${reviewersText(before)}.`, statusOf(before)),
    )
  const groups = await groupsOf(desk, by, before.approval)
  if (groups === undefined) return membershipUnknown(desk, before)
  if (!isApprover(before.approval, by, groups))
    return declining(
      desk,
      'not-an-approver',
      say(words`You are not among the approvers of ${id}, who review it: ${reviewersText(before)}.`, statusOf(before)),
    )
  const { request, changed } = await desk.ledger.record(id, { type: 'review', by, surface: desk.surface, at: desk.now() })
  if (!changed) return say(words`${id} is still running. Review it when it has ended.`, statusOf(request))
  await wake(desk, desk.producer.show({ kind: 'request', id }))
  return say(words`You reviewed ${strong(id)}. Its message says so.`, statusOf(request))
}

/** The ledger may not know yet that the time is over; it does after this. */
async function expired(desk: Desk, before: Request): Promise<Card> {
  const { request } = await desk.ledger.record(before.id, { type: 'expire', at: desk.now() })
  await wake(desk, desk.producer.show({ kind: 'request', id: request.id }))
  const since = request.approval === undefined ? [] : words` ${time(request.approval.expiresAt)}`
  return say(
    words`${request.id} expired${since}: nothing to decide any more. To ask again: ${command(sameCommand(request))}`,
    statusOf(request),
  )
}

async function stale(desk: Desk, request: Request): Promise<Card> {
  await wake(desk, desk.producer.show({ kind: 'request', id: request.id }))
  const { plan } = request
  const said = say(
    words`The plan of ${request.id} changed since you opened it, so your click did not count. Here is the new one; decide on the message, which shows it too.`,
    statusOf(request),
  )
  if (plan === undefined) return said
  return {
    ...said,
    parts: [...said.parts, { kind: 'lines', lines: planLines(plan) }, { kind: 'text', text: planSummary(plan, request.action) }],
  }
}

/** `PL-42 was approved by @bob 2 min ago and is running` */
export function decidedText({ id, state, decision }: Request, now: string): readonly Inline[] {
  const decided =
    decision === undefined
      ? [id]
      : words`${id} was ${decisionWords[decision.kind]} by ${mention(decision.by)} ${agoText(decision.at, Date.parse(now))}`
  switch (state) {
    case 'applying':
      return words`${decided} and is running`
    case 'done':
      return words`${decided} and is done`
    case 'failed':
      return decision === undefined ? words`${id} failed` : words`${decided} and failed`
    case 'planning':
      return words`${id} is being planned`
    case 'nothing-to-do':
      return words`${id} found everything in place`
    default:
      return decided
  }
}
