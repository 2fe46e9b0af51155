import { type Person, type Place, type Surface, samePerson, samePlace } from '../../../domain/person.ts'
import { isOpen, needsReview, type Request } from '../../../domain/request.ts'
import { type Card, channels, command, mention, say, strong, type Text, time, words } from '../../chat/card.ts'
import { shownName, statusOf, titleOf } from '../subject.ts'
import {
  type ApproverAvailability,
  everyoneAvailable,
  isQuorumImpossible,
  isReviewImpossible,
  stillAble,
} from './approver-availability.ts'
import { reviewersText, waitingForText } from './approvers-text.ts'
import { nextSentence, overrideSentence, stateSentence } from './state-sentences.ts'

/** A separate message, posted once, about something that the update of the request's message does not notify anybody of. */
export interface Notice {
  /** Unique among the request's notices, and stored: never renamed. */
  readonly key: string
  readonly to:
    | { readonly kind: 'person'; readonly person: Person /** Where they asked. */; readonly preferred?: Surface }
    | { readonly kind: 'place'; readonly place: Place }
  readonly card: Card
}

/** What the keys of reminders of a review begin with. */
export const reviewKey = 'review:'

/** The key of the notice about the end. */
export const endKey = 'end'

/** All notices that the request's history asks for so far. */
export function noticesOf(request: Request, availability: ApproverAvailability = everyoneAvailable): readonly Notice[] {
  return [
    ...asking(request, availability),
    ...stuck(request, availability),
    ...voided(request),
    ...overridden(request),
    ...reminders(request, availability),
    ...unreviewed(request, availability),
    ...ending(request),
  ]
}

/** Tells the approvers of a plan where their message is an updated one: an update notifies nobody. */
function asking(request: Request, availability: ApproverAvailability): readonly Notice[] {
  const { id, state, approval, asked, previousPlan } = request
  if (state !== 'awaiting-approval' || approval === undefined || hasNobodyLeft(request, availability)) return []
  const places = approval.places.filter((place) => previousPlan !== undefined || samePlace(place, asked.place))
  const what = previousPlan === undefined ? 'needs approval' : 'has a new plan, and needs approval once more,'
  const card = say(
    words`${strong(id)} ${what} by ${waitingForText(request, availability)}, before ${time(approval.expiresAt)}. ${titleOf(request)}. ${statusOf(request)}`,
  )
  return inPlaces(`asking:${keyOf(request)}`, places, card)
}

/** Tells the person who asked that the request cannot be approved any more. */
function stuck(request: Request, availability: ApproverAvailability): readonly Notice[] {
  const { id, state, asked } = request
  if (state !== 'awaiting-approval' || !isQuorumImpossible(request, availability)) return []
  const card = say(
    words`${strong(id)} cannot be approved any more: too few are left of those who could. Cancel it (${command(`cancel ${id}`)}), have the policy corrected, and ask again. ${titleOf(request)}.`,
    statusOf(request),
  )
  return [{ key: `stuck:${keyOf(request)}`, to: toPerson(request, asked.by), card }]
}

/** Nobody is left to be notified. */
function hasNobodyLeft(request: Request, availability: ApproverAvailability): boolean {
  return stillAble(request, availability).length === 0 && availability.members !== undefined
}

/** Tells people whose approval or override was for an earlier plan. */
function voided(request: Request): readonly Notice[] {
  const { id, voided: people = [], voidedOverride, approval, steps } = request
  if (approval === undefined) return []
  const when = Object.values(steps).some(({ changed }) => changed) ? 'while it ran' : 'before anything was written'
  const told = (person: Person, consequence: string): Notice => ({
    key: `voided:${keyOf(request)}:${person.key}`,
    to: { kind: 'person', person },
    card: say(
      words`The plan of ${strong(id)} changed ${when}, so ${consequence}. The new plan is in ${channels(approval.places)}.`,
      statusOf(request),
    ),
  })
  return [
    ...people.map((person) => told(person, 'your approval does not count any more')),
    ...(voidedOverride === undefined
      ? []
      : [told(voidedOverride, 'it stopped: what you ran without an approval was the old one')]),
  ]
}

/** Tells approvers of each run without an approval. */
function overridden(request: Request): readonly Notice[] {
  const { id, overrides = [], approval } = request
  if (approval === undefined) return []
  return overrides.flatMap(({ by, reason, digest }) => {
    const told = (who: Text) =>
      say(
        words`${mention(by)} runs ${strong(id)} without an approval: “${reason}”. ${titleOf(request)}. It has to be reviewed by ${who}.`,
        statusOf(request),
      )
    const card = told(words`someone else, in ${channels(approval.places)}`)
    const concerned = [...approval.approvers, request.asked.by].filter((person) => !samePerson(person, by))
    const key = `glass:${shortDigest(digest)}`
    return [
      ...concerned.map((person): Notice => ({ key: `${key}:${person.key}`, to: toPerson(request, person), card })),
      ...inPlaces(key, approval.places, told(reviewersText(request))),
    ]
  })
}

/** The person, in the chat where they asked if they did. */
function toPerson({ asked }: Request, person: Person): Notice['to'] {
  return { kind: 'person', person, ...(samePerson(person, asked.by) && { preferred: asked.place.surface }) }
}

/** The same notice in each place. */
function inPlaces(key: string, places: readonly Place[], card: Card): readonly Notice[] {
  return places.map((place): Notice => ({ key: `${key}:${place.surface}`, to: { kind: 'place', place }, card }))
}

/** The part of a key that names the present plan. */
function keyOf({ digest = '' }: Request): string {
  return shortDigest(digest)
}

function shortDigest(digest: string): string {
  return digest.slice(0, 12)
}

/** Reminds those who can still approve. */
function reminders(request: Request, availability: ApproverAvailability): readonly Notice[] {
  const { id, state, approval, reminded = 0 } = request
  if (state !== 'awaiting-approval' || approval === undefined || reminded === 0) return []
  if (hasNobodyLeft(request, availability)) return []
  const card = say(
    words`${strong(id)} still needs approval by ${waitingForText(request, availability)}, before ${time(approval.expiresAt)}. ${titleOf(request)}. ${statusOf(request)}`,
  )
  return inPlaces(`reminder:${keyOf(request)}:${reminded}`, approval.places, card)
}

/** Reminds of a review that nobody has made, where the approvers are; says so where nobody is left who could. */
function unreviewed(request: Request, availability: ApproverAvailability): readonly Notice[] {
  const { id, action, asked, approval, overrides = [], reviewReminded = 0 } = request
  const last = overrides.at(-1)
  if (approval === undefined || last === undefined || isOpen(request) || !needsReview(request) || reviewReminded === 0) return []
  const ran = words`${strong(id)} ran without an approval ${time(last.at)}, by ${mention(last.by)}`
  const policy = words`Add an approver to the policy for ${action} in ${shownName(asked.network)}, and restart the bot: they can review it then.`
  const card = isReviewImpossible(request, availability)
    ? say(
        words`${ran}, and nobody is left who could review it: its approvers have left, or had a part in it. ${policy} ${titleOf(request)}.`,
        statusOf(request),
      )
    : say(words`${ran}, and still needs a review by ${reviewersText(request)}. ${titleOf(request)}.`, statusOf(request))
  return inPlaces(`${reviewKey}${reviewReminded}`, approval.places, card)
}

function ending(request: Request): readonly Notice[] {
  if (isOpen(request)) return []
  return [{ key: endKey, to: toPerson(request, request.asked.by), card: endCard(request) }]
}

/** How the request ended, in short. Earlier notices are updated to it. */
export function endCard(request: Request): Card {
  const said = stateSentence(request)
  const run = overrideSentence(request)
  const next = nextSentence(request, { decides: false })
  return say(
    words`${strong(titleOf(request))} (${statusOf(request)})`,
    ...[said, run, next].filter((sentence) => sentence !== undefined),
    words`To see all of it: ${command(`request ${request.id}`)}`,
  )
}
