import { isOpen, needsReview, type Request } from '../../domain/request.ts'
import { type Text, words } from '../chat/card.ts'

/** The field of a request's messages that remembers what people had decided when a failover had lost something newer. */
export const lostDecisionField = 'lost-decision'

/** When people last decided something about a request, by what and who. ISO times. */
export type Decisions = Readonly<Record<string, string>>

export function decisionsOf({ digest = '', votes = [], overrides = [], decision, stopping, review }: Request): Decisions {
  const ends = {
    ...(decision && { decision: decision.at }),
    ...(stopping && { stop: stopping.at }),
    ...(review && { review: review.at }),
  }
  return Object.fromEntries([
    ...votes.map(({ by, at }) => [`vote ${by.key} ${digest}`, at]),
    ...overrides.map(({ by, at, digest: of }) => [`override ${by.key} ${of}`, at]),
    ...Object.entries(ends).map(([what, at]) => [`${what} ${digest}`, at]),
  ])
}

/** Whether the request, as a Redis server that took over has it, lacks a decision. One on a plan that was made anew since is not missed. */
export function lacks(request: Request, decided: Decisions): boolean {
  const now = decisionsOf(request)
  const isOfPlan = (what: string): boolean => what.endsWith(' ') || what.endsWith(` ${request.digest}`)
  return Object.entries(decided).some(([what, at]) => isOfPlan(what) && at > (now[what] ?? ''))
}

/** What the messages say of it, until somebody decides again. `remembered`: the field's value. */
export function lostDecisionNotice(request: Request, remembered: string | undefined): Text | undefined {
  const awaits = isOpen(request) || needsReview(request)
  if (!awaits || remembered !== JSON.stringify(decisionsOf(request))) return undefined
  return words`Redis failed over, and the newest decision on this request was lost with it. Please decide again.`
}
