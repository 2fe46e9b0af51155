import { type Person, type Place, samePerson } from '../domain/person.ts'
import { isOpen, type Request } from '../domain/request.ts'
import { approversText } from './approvers-text.ts'
import { type Card, channel, command, mention, say, strong, time, words } from './card.ts'
import { nextSentence, stateSentence } from './state-sentences.ts'
import { statusOf, titleOf } from './subject.ts'

/** A message of its own, posted once: what somebody has to hear even if they do not look at the request's message. */
export interface Notice {
  /** Names it among all notices of the request, for good. */
  readonly key: string
  readonly to: { readonly kind: 'person'; readonly person: Person } | { readonly kind: 'place'; readonly place: Place }
  readonly card: Card
}

/** Pure: every notice that the request's history has given rise to so far. */
export function noticesOf(request: Request, away: ReadonlySet<string> = new Set()): readonly Notice[] {
  return [...voided(request), ...brokenGlass(request), ...reminders(request, away), ...ending(request)]
}

/** Their approval was for another plan. */
function voided({ id, voided: people = [], approval, digest = '' }: Request): readonly Notice[] {
  if (approval === undefined) return []
  const card = say(
    words`The plan of ${strong(id)} changed before anything was written, so your approval counts for nothing any more. The new plan is in ${channel(approval.place)}.`,
  )
  return people.map((person) => ({ key: `voided:${digest.slice(0, 12)}:${person.key}`, to: { kind: 'person', person }, card }))
}

function brokenGlass(request: Request): readonly Notice[] {
  const { id, decision, approval } = request
  if (decision?.kind !== 'overridden' || approval === undefined) return []
  const card = say(
    words`${mention(decision.by)} runs ${strong(id)} without an approval: “${decision.reason ?? ''}”. ${titleOf(request)}. It has to be reviewed by someone else, in ${channel(approval.place)}.`,
  )
  const concerned = [...approval.approvers, request.asked.by].filter((person) => !samePerson(person, decision.by))
  return [
    ...concerned.map((person): Notice => ({ key: `glass:${person.key}`, to: { kind: 'person', person }, card })),
    { key: 'glass', to: { kind: 'place', place: approval.place }, card },
  ]
}

/** Only of those that can still act. */
function reminders(request: Request, away: ReadonlySet<string>): readonly Notice[] {
  const { id, state, approval, reminded = 0, digest = '' } = request
  if (state !== 'awaiting-approval' || approval === undefined || reminded === 0) return []
  const card = say(
    words`${strong(id)} still needs approval by ${approversText(request, away)}, before ${time(approval.expiresAt)}. ${titleOf(request)}. ${statusOf(request)}`,
  )
  return [{ key: `reminder:${digest.slice(0, 12)}:${reminded}`, to: { kind: 'place', place: approval.place }, card }]
}

function ending(request: Request): readonly Notice[] {
  const { id, asked } = request
  if (isOpen(request)) return []
  const said = stateSentence(request)
  const next = nextSentence(request, { decides: false })
  const card = say(
    words`${strong(titleOf(request))} (${statusOf(request)})`,
    ...(said === undefined ? [] : [said]),
    ...(next === undefined ? [] : [next]),
    words`To see all of it: ${command(`request ${id}`)}`,
  )
  return [{ key: 'end', to: { kind: 'person', person: asked.by }, card }]
}
