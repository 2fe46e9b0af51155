import { type Standing, standingOf } from '../domain/policy.ts'
import type { Request } from '../domain/request.ts'
import { type Card, command, type Inline, listed, mention, say, strong, time, words } from './card.ts'
import { type Desk, wake } from './desk.ts'
import { detailsCard } from './details-card.ts'
import { agoText } from './duration.ts'
import { planLines, planSummary } from './plan-lines.ts'
import { cancelRequest } from './requests-intake.ts'
import { sameCommand, shownName, statusOf } from './subject.ts'
import type { Click } from './surface.ts'
import { exportTerraform } from './terraform-export.ts'
import { askForUndo } from './undo.ts'

/**
 * What a click on a request's message does. The button says only which request and which plan the person saw; everything else is judged from the
 * ledger, at the moment of the click. Decide first, then wake, then answer.
 */
export async function answerClick(desk: Desk, click: Click): Promise<Card> {
  const request = await desk.ledger.get(click.id)
  if (request === undefined) return say(words`I do not know a request ${shownName(click.id)}, so there is nothing to decide.`)
  if (click.verb === 'details') return detailsCard(request, click.digest)
  if (click.verb === 'export') return await exportTerraform(desk, click.by, request)
  if (click.verb === 'undo') return await askForUndo(desk, click, request)
  if (click.verb === 'cancel') return await cancelRequest(desk, click.by, click.id)
  const standing = standingOf(request, click.by, click.digest, desk.now())
  return standing === 'may-decide' ? await decide(desk, click) : await decline(desk, click, request, standing)
}

async function decide(desk: Desk, click: Click): Promise<Card> {
  const { by, id, digest } = click
  const type = click.verb === 'approve' ? 'approve' : 'reject'
  const at = desk.now()
  const { request, changed } = await desk.ledger.record(id, { type, by, digest, at })
  if (!changed) {
    const standing = standingOf(request, by, digest, at)
    return await decline(desk, click, request, standing === 'may-decide' ? 'nothing-to-decide' : standing)
  }
  const item = { kind: 'request', id } as const
  if (type === 'reject') {
    await wake(desk, desk.producer.show(item))
    return say(
      words`You rejected ${strong(id)}. Nothing was changed, and ${mention(request.asked.by)} is told.`,
      statusOf(request),
    )
  }
  const awake = await wake(desk, desk.producer.work(item), desk.producer.show(item))
  const next = awake
    ? 'It is running now; its message shows how far it is.'
    : 'I could not wake the worker at once, so it starts a little later.'
  return say(words`You approved ${strong(id)}. ${next}`, statusOf(request))
}

async function decline(desk: Desk, click: Click, request: Request, standing: Exclude<Standing, 'may-decide'>): Promise<Card> {
  const { id } = request
  const approvers = listed(
    (request.approval?.approvers ?? []).filter(({ key }) => key !== request.asked.by.key).map(mention),
    'or',
  )
  switch (standing) {
    case 'own-request':
      return say(words`You asked for ${id} yourself, so someone else has to ${click.verb} it: ${approvers}.`, statusOf(request))
    case 'not-an-approver':
      return say(
        words`You are not among the approvers of ${id}, so your click changed nothing. It needs ${approvers}.`,
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
function decidedText({ id, state, decision }: Request, now: string): readonly Inline[] {
  const decided =
    decision === undefined
      ? [id]
      : words`${id} was ${decision.kind} by ${mention(decision.by)} ${agoText(decision.at, Date.parse(now))}`
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
