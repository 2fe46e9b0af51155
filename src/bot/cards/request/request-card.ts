import { cleanText } from '../../../domain/hostile-text.ts'
import type { Plan } from '../../../domain/plan.ts'
import { canBeUndone, connects, isOpen, needsReview, type Request } from '../../../domain/request.ts'
import { type Button, type Card, mention, type Part, strong, type Text, time, words } from '../../chat/card.ts'
import { serviceLines, statusOf, titleOf } from '../subject.ts'
import type { ApproverAvailability } from './approver-availability.ts'
import { connectParts, keptParts, problemParts, verdictParts } from './outcome-parts.ts'
import { differenceLines } from './plan-difference.ts'
import { planLines, planSummary } from './plan-lines.ts'
import { doneAndNotDone, progressLines } from './progress-lines.ts'
import { nextSentence, overrideSentence, stateSentence } from './state-sentences.ts'

/** Longest reason in a message, in code points. */
const reasonLength = 500

export interface Audience {
  /** Decisions are taken here: this card has the buttons. */
  readonly decides: boolean
  /** What the chat says of the approvers. */
  readonly availability?: ApproverAvailability
  /** Shown to these readers only, e.g. that another message could not be posted. */
  readonly notice?: Text
}

/** The one message that shows a request: the plan, then its progress, then its outcome. */
export function requestCard(request: Request, audience: Audience): Card {
  const { decides, notice } = audience
  const title = titleOf(request)
  const buttons = buttonsOf(request, decides)
  return {
    summary: `${title} (${statusOf(request)})`,
    parts: [
      { kind: 'title', text: title },
      { kind: 'note', text: words`${statusOf(request)}${replannedMark(request)}` },
      { kind: 'note', text: askedBy(request) },
      ...paragraph(stateSentence(request)),
      ...bodyOf(request),
      ...paragraph(overrideSentence(request)),
      ...paragraph(nextSentence(request, audience)),
      ...paragraph(notice),
    ],
    ...(buttons.length > 0 && { buttons }),
    ...(decides && (isOpen(request) || needsReview(request)) && { readers: { kind: 'request', id: request.id } }),
  }
}

function paragraph(text: Text | undefined): readonly Part[] {
  return text === undefined ? [] : [{ kind: 'text', text }]
}

function askedBy({ asked }: Request): Text {
  const reason = asked.reason === undefined ? '.' : `: “${cleanText(asked.reason, reasonLength)}”`
  return words`Asked by ${mention(asked.by)} ${time(asked.at)}${reason}`
}

function replannedMark({ previousPlan, state }: Request): string {
  return previousPlan !== undefined && state === 'awaiting-approval' ? ' · the plan has changed' : ''
}

function bodyOf(request: Request): readonly Part[] {
  const { plan, outcome } = request
  switch (request.state) {
    case 'planning':
      return []
    case 'awaiting-approval':
    case 'rejected':
    case 'expired':
    case 'cancelled':
      if (plan === undefined) return []
      if (request.state !== 'awaiting-approval' && hasBegun(request)) return [{ kind: 'lines', lines: progressLines(request) }]
      return [
        ...servicesPart(request),
        { kind: 'lines', lines: linesOf(request, plan) },
        { kind: 'text', text: planSummary(plan, request.action) },
        ...warningParts(plan),
      ]
    case 'applying':
      return [{ kind: 'lines', lines: progressLines(request) }]
    case 'done':
      return [
        { kind: 'lines', lines: progressLines(request) },
        ...keptParts(request),
        ...connectParts(request),
        ...verdictParts(request),
      ]
    case 'nothing-to-do':
      return [...connectParts(request), ...(plan === undefined ? [] : warningParts(plan)), ...verdictParts(request)]
    case 'failed':
      return [
        ...(plan === undefined ? [] : [{ kind: 'lines', lines: progressLines(request) } as const]),
        { kind: 'text', text: doneAndNotDone(request) },
        ...keptParts(request),
        ...problemParts(outcome?.problem),
      ]
  }
}

/** What is part of the approval, and easily overlooked among the changes. */
function warningParts({ warnings = [] }: Plan): readonly Part[] {
  return warnings.map((warning) => ({ kind: 'text', text: words`${strong('Mind:')} ${cleanText(warning, 500)}` }))
}

function servicesPart(request: Request): readonly Part[] {
  const lines = serviceLines(request)
  return lines.length === 0 ? [] : [{ kind: 'lines', lines }]
}

function hasBegun({ steps }: Request): boolean {
  return Object.keys(steps).length > 0
}

function linesOf({ state, previousPlan }: Request, plan: Plan): readonly Text[] {
  return previousPlan === undefined || state !== 'awaiting-approval' ? planLines(plan) : differenceLines(plan, previousPlan)
}

function buttonsOf(request: Request, decides: boolean): readonly Button[] {
  const { id, state, digest = '', action, approval } = request
  const decisions: readonly Button[] = [
    { verb: 'approve', label: 'Approve', weight: 'primary', id, digest, needsWholeCard: true },
    { verb: 'reject', label: 'Reject', weight: 'danger', id, digest },
    { verb: 'details', label: 'Details', id, digest },
  ]
  const breakGlass: readonly Button[] =
    approval === undefined || approval.breakGlass.length === 0
      ? []
      : [{ verb: 'override', label: 'Break glass', id, digest, needsWholeCard: true }]
  const reviewed: readonly Button[] =
    decides && needsReview(request) ? [{ verb: 'review', label: 'Reviewed', weight: 'primary', id, digest }] : []
  const cancel: Button = { verb: 'cancel', label: 'Cancel', id, digest }
  const exports: readonly Button[] =
    connects(action) && request.plan !== undefined ? [{ verb: 'export', label: 'Export Terraform', id, digest }] : []
  switch (state) {
    case 'awaiting-approval':
      return [...(decides ? decisions : []), cancel, ...exports, ...(decides ? breakGlass : [])]
    case 'planning':
      return [cancel]
    case 'applying':
      return request.stopping === undefined ? [cancel] : []
    case 'failed':
      return [
        ...reviewed,
        ...(canBeUndone(request) ? [{ verb: 'undo', label: `Undo ${id}`, id, digest } as const] : []),
        ...exports,
      ]
    default:
      return [...reviewed, ...exports]
  }
}
