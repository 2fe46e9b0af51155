import { cleanText } from '../../../domain/hostile-text.ts'
import { connects, type Request } from '../../../domain/request.ts'
import { channels, command, type Inline, mention, type Text, time, words } from '../../chat/card.ts'
import { durationBetween } from '../duration.ts'
import { diagnoseCommand, sameCommand } from '../subject.ts'
import { type ApproverAvailability, everyoneAvailable, isQuorumImpossible } from './approver-availability.ts'
import { approversText, reviewersText, votesText } from './approvers-text.ts'
import { approvedBeforeText, decidersText, decisionWords, tooLateText, votersText } from './decided-text.ts'
import { doneAndNotDone } from './progress-lines.ts'

/** The sentence about the state, above the plan. */
export function stateSentence(request: Request): Text | undefined {
  const { endedAt, applyingSince, approval } = request
  switch (request.state) {
    case 'planning':
      return words`I am reading Azure and ClickHouse Cloud to see what would have to change. Nothing is changed without an approval.${pauseText(request)}`
    case 'awaiting-approval':
      return request.previousPlan !== undefined
        ? 'What has to change is no longer what was approved, so it needs a new approval. This is the new plan.'
        : undefined
    case 'applying':
      if (request.stopping !== undefined)
        return words`Stopping before the next step: cancelled by ${mention(request.stopping.by)} ${time(request.stopping.at)}.`
      return request.waitsFor === undefined
        ? words`Applying${by(request)}.${pauseText(request)}`
        : words`Waiting for ${request.waitsFor}, which works on the same network or its DNS zone${by(request)}.`
    case 'done':
      return words`Done${lasting(' in', applyingSince, endedAt)}${by(request)}.${tooLateText(request)}`
    case 'failed':
      return applyingSince === undefined
        ? 'The plan could not be made, so nobody was asked to approve anything.'
        : words`Failed${lasting(' after', applyingSince, endedAt)}${by(request)}.${tooLateText(request)}`
    case 'rejected':
      return words`Rejected${decidersText(request)}.${approvedBeforeText(request)} ${doneAndNotDone(request)}`
    case 'expired': {
      const until = approval === undefined ? '' : words` before ${time(approval.expiresAt)}`
      const approvals = votersText(request, 'approved')
      const decided =
        approvals.length === 0
          ? words`Nobody decided${until}`
          : words`Only ${approvals} approved${until}, and ${String(approval?.needed)} were needed`
      return words`${decided}, so the request expired. ${doneAndNotDone(request)}`
    }
    case 'cancelled':
      return words`Cancelled${decidersText(request)}.${approvedBeforeText(request)} ${doneAndNotDone(request)}`
    case 'nothing-to-do':
      return connects(request.action)
        ? 'Everything is already in place. Nothing was changed, and nobody had to approve anything.'
        : 'There is nothing to take away. Nothing was changed, and nobody had to approve anything.'
  }
}

/** ` Azure refused to …: 429: …. It is asked again 14:07.` */
function pauseText({ pause }: Request): readonly Inline[] {
  if (pause === undefined) return []
  return words` ${sentence(cleanText(pause.why, 300))} It is asked again ${time(pause.until)}.`
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

interface Reader {
  /** This reader's message has the buttons. */
  readonly decides: boolean
  /** What the chat says of the approvers. */
  readonly availability?: ApproverAvailability
}

/** That the request ran without an approval, why, and who has reviewed it. Stays on the message. */
export function overrideSentence(request: Request): Text | undefined {
  const { overrides = [], review } = request
  if (overrides.length === 0) return undefined
  const run = overrides.flatMap(
    ({ by, at, reason }) => words`Run without an approval by ${mention(by)} ${time(at)}: “${cleanText(reason, 500)}”. `,
  )
  if (review !== undefined) return words`${run}Reviewed by ${mention(review.by)} ${time(review.at)}.`
  const reviewers = reviewersText(request)
  return reviewers.length === 0
    ? words`${run}Nobody is left who could review it: an approver has to be added to the policy.`
    : words`${run}Somebody else has to review it: ${reviewers}.`
}

/** What happens next, or what the reader can do; below the plan, above the buttons. */
export function nextSentence(request: Request, { decides, availability = everyoneAvailable }: Reader): Text | undefined {
  const { approval, state } = request
  if (state === 'rejected' || state === 'expired' || state === 'cancelled')
    return words`To ask again: ${command(sameCommand(request))}`
  if (state === 'nothing-to-do' && request.outcome?.verdict === undefined && connects(request.action)) {
    return words`To see whether it works from inside the network: ${command(diagnoseCommand(request))}`
  }
  if (state !== 'awaiting-approval' || approval === undefined) return undefined
  const impossible = isQuorumImpossible(request, availability)
    ? ' So few of them are left that it cannot be approved any more: cancel it, and correct the policy.'
    : ''
  const needed = approval.needed === 1 ? '1 approval' : `${approval.needed} approvals`
  const approvers = approversText(request, availability)
  const who = approvers.length === 0 ? 'nobody who is left' : approvers
  const rest = words`${needed}, by ${who}, before ${time(approval.expiresAt)}.${impossible} ${votesText(request)}`
  return decides ? words`Needs ${rest}` : words`Waiting in ${channels(approval.places)} for ${rest}`
}

function lasting(preposition: string, from: string | undefined, to: string | undefined): string {
  return from === undefined || to === undefined ? '' : `${preposition} ${durationBetween(from, to)}`
}

/** `, approved by @bob 14:07` */
function by(request: Request): readonly Inline[] {
  const { decision } = request
  return decision === undefined ? [] : words`, ${decisionWords[decision.kind]}${decidersText(request)}`
}
