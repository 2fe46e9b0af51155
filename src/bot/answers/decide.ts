import { type Standing, standingOf } from '../../domain/policy.ts'
import type { Request } from '../../domain/request.ts'
import { approversText, quorumText } from '../cards/request/approvers-text.ts'
import { decidedText } from '../cards/request/decided-text.ts'
import { planLines, planSummary } from '../cards/request/plan-lines.ts'
import { doneAndNotDone } from '../cards/request/progress-lines.ts'
import { sameCommand, statusOf } from '../cards/subject.ts'
import { type Card, command, mention, type RequestVerb, say, strong, time, words } from '../chat/card.ts'
import type { Click } from '../chat/surface.ts'
import { type Desk, groupsOf, membershipUnknown, wake } from './desk.ts'

/** Approves or rejects, or answers why this click does neither. The order is: the ledger decides, the queues are woken, the person is answered. */
export async function decide(desk: Desk, click: Click<RequestVerb>, request: Request): Promise<Card> {
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
    : 'Its job could not be queued at once, so it starts a little later.'
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
    case 'changed-too-often':
      return say(
        words`You have changed your mind about ${id} too often, so your no stands. ${quorumText(request)}`,
        statusOf(request),
      )
    case 'expired':
      return await expired(desk, request)
    case 'stale-plan':
      return await stale(desk, request)
    case 'nothing-to-decide':
      return say(words`${decidedText(request, desk.now())}: nothing to decide any more.`, statusOf(request))
  }
}

/** Records that the time is over, where the ledger does not have it yet. */
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
