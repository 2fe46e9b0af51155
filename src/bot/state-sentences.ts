import type { Decision, Request } from '../domain/request.ts'
import { channel, command, type Inline, listed, mention, type Text, time, words } from './card.ts'
import { durationBetween } from './duration.ts'
import { doneAndNotDone } from './progress-lines.ts'
import { diagnoseCommand, sameCommand } from './subject.ts'

/** What the state means for the reader: above the plan. */
export function stateSentence(request: Request): Text | undefined {
  const { decision, endedAt, applyingSince, approval } = request
  switch (request.state) {
    case 'planning':
      return 'I am reading Azure and ClickHouse Cloud to see what would have to change. Nothing is changed without an approval.'
    case 'awaiting-approval':
      return request.previousPlan !== undefined
        ? 'What has to change is no longer what was approved, so it needs a new approval. This is the new plan.'
        : undefined
    case 'applying':
      return request.waitsFor === undefined
        ? words`Applying${by(decision)}.`
        : words`Waiting for ${request.waitsFor}, which works on the same network${by(decision)}.`
    case 'done':
      return words`Done${lasting(' in', applyingSince, endedAt)}${by(decision)}.`
    case 'failed':
      return applyingSince === undefined
        ? 'The plan could not be made, so nobody was asked to approve anything.'
        : words`Failed${lasting(' after', applyingSince, endedAt)}${by(decision)}.`
    case 'rejected':
      return words`Rejected${who(decision)}. ${doneAndNotDone(request)}`
    case 'expired': {
      const until = approval === undefined ? '' : words` before ${time(approval.expiresAt)}`
      return words`Nobody decided${until}, so the request expired. ${doneAndNotDone(request)}`
    }
    case 'cancelled':
      return words`Cancelled${who(decision)}. ${doneAndNotDone(request)}`
    case 'nothing-to-do':
      return request.action === 'setup' || request.action === 'allow'
        ? 'Everything is already in place. Nothing was changed, and nobody had to approve anything.'
        : 'There is nothing to take away. Nothing was changed, and nobody had to approve anything.'
  }
}

/** What happens next, or what the reader can do: below the plan, above the buttons. `decides`: this reader's message has them. */
export function nextSentence(request: Request, decides: boolean): Text | undefined {
  const { approval, state } = request
  if (state === 'rejected' || state === 'expired' || state === 'cancelled')
    return words`To ask again: ${command(sameCommand(request))}`
  if (state === 'nothing-to-do' && request.outcome?.verdict === undefined && connects(request)) {
    return words`To see whether it works from inside the network: ${command(diagnoseCommand(request))}`
  }
  if (state !== 'awaiting-approval' || approval === undefined) return undefined
  const approvers = listed(approval.approvers.map(mention), 'or')
  return decides
    ? words`Needs 1 approval, by ${approvers}, before ${time(approval.expiresAt)}.`
    : words`Waiting in ${channel(approval.place)} for 1 approval, by ${approvers}, before ${time(approval.expiresAt)}.`
}

/** Whether the action is one that connects. */
function connects({ action }: Request): boolean {
  return action === 'setup' || action === 'allow'
}

function lasting(preposition: string, from: string | undefined, to: string | undefined): string {
  return from === undefined || to === undefined ? '' : `${preposition} ${durationBetween(from, to)}`
}

/** `, approved by @bob 14:07` */
function by(decision: Decision | undefined): readonly Inline[] {
  return decision === undefined ? [] : words`, ${decision.kind}${who(decision)}`
}

function who(decision: Decision | undefined): readonly Inline[] {
  return decision === undefined ? [] : words` by ${mention(decision.by)} ${time(decision.at)}`
}
