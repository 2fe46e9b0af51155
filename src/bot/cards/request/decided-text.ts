import { samePerson } from '../../../domain/person.ts'
import type { Decision, Request } from '../../../domain/request.ts'
import type { Vote } from '../../../domain/vote.ts'
import { type Inline, listed, mention, time, words } from '../../chat/card.ts'
import { agoText } from '../duration.ts'

/** The participle of each decision, as in "was approved". */
export const decisionWords: Readonly<Record<Decision['kind'], string>> = {
  approved: 'approved',
  rejected: 'rejected',
  cancelled: 'cancelled',
  overridden: 'run without an approval',
}

/** `@bob 14:07 and @carol 14:09`: everyone who voted so on the present plan. */
export function votersText({ votes = [] }: Request, kind: Vote['kind']): readonly Inline[] {
  const said = votes.filter((vote) => vote.kind === kind)
  return listed(
    said.map(({ by, at }) => words`${mention(by)} ${time(at)}`),
    'and',
  )
}

/** ` by @bob 14:07 and @carol 14:09`: everyone whose votes decided it. */
export function decidersText(request: Request): readonly Inline[] {
  const { decision, votes = [] } = request
  if (decision === undefined) return []
  if (decision.kind === 'approved' || decision.kind === 'rejected') {
    const all = votersText(request, decision.kind)
    if (votes.some(({ kind, by }) => kind === decision.kind && samePerson(by, decision.by))) return words` by ${all}`
  }
  return words` by ${mention(decision.by)} ${time(decision.at)}`
}

/** ` Approved before that by @bob 14:07.`: the approvals of a request that was rejected or cancelled. */
export function approvedBeforeText(request: Request): readonly Inline[] {
  const approvals = votersText(request, 'approved')
  return approvals.length === 0 ? [] : words` Approved before that by ${approvals}.`
}

/** ` Cancelled by @alice 14:08, too late to stop it.` */
export function tooLateText({ stopping }: Request): readonly Inline[] {
  return stopping === undefined ? [] : words` Cancelled by ${mention(stopping.by)} ${time(stopping.at)}, too late to stop it.`
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
