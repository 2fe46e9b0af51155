import type { Verdict } from './diagnosis/finding.ts'
import type { Problem } from './errors.ts'
import { type Group, type Person, type Place, type Surface, samePerson } from './person.ts'
import type { Plan, StepFacts, StepId } from './plan.ts'
import type { ServiceWords } from './target.ts'
import type { Vote } from './vote.ts'

/** User-visible and never renamed. */
export const requestStates = [
  'planning',
  'awaiting-approval',
  'applying',
  'done',
  'failed',
  'rejected',
  'expired',
  'cancelled',
  'nothing-to-do',
] as const
export type RequestState = (typeof requestStates)[number]

/** What people can ask for, by the word of its command. */
export const actions = ['setup', 'allow', 'revoke', 'teardown'] as const
export type Action = (typeof actions)[number]

/** Whether the action makes services reachable; the others remove the access. */
export function connects(action: Action): boolean {
  return action === 'setup' || action === 'allow'
}

/** Longest reason that a person may give, in code points. */
export const longestReason = 500

export interface Asked {
  readonly by: Person
  /** Where the person asked, and is told how it went. */
  readonly place: Place
  readonly at: string
  readonly services: readonly ServiceWords[]
  readonly network: string
  readonly reason?: string
}

/** Who may approve, settled when approval is asked for. */
export interface Approval {
  readonly approvers: readonly Person[]
  /** Groups of a chat whose members may approve as well; only the chat knows the members. */
  readonly groups: readonly Group[]
  /** How many people have to approve. */
  readonly needed: number
  /** Whether one person's rejection ends the request; else it ends when too few are left who could approve. */
  readonly rejectionEnds: boolean
  /** Who may run it at once, without any approval. */
  readonly breakGlass: readonly Person[]
  /** Where the approval card goes: one conversation of each chat. */
  readonly places: readonly Place[]
  readonly askedAt: string
  readonly expiresAt: string
  /** When those who can still act are reminded. */
  readonly remindAt: readonly string[]
  /** Which version of the policy was asked, as `policyVersion` says. Absent in requests of older versions. */
  readonly policy?: string
}

export interface Decision {
  readonly kind: 'approved' | 'rejected' | 'cancelled' | 'overridden'
  readonly by: Person
  readonly at: string
}

/** Somebody ran the request at once, without any approval. */
export interface Override {
  readonly by: Person
  readonly at: string
  /** Of the plan that was run. */
  readonly digest: string
  /** Why it could not wait. */
  readonly reason: string
}

/** The journal of one step. */
export interface StepProgress {
  readonly state: 'running' | 'done' | 'failed'
  readonly startedAt: string
  readonly finishedAt?: string
  /** Whether this request changed something here, or found it in place. */
  readonly changed: boolean
  /** What was observed, in a few words for people, e.g. `GUID 3f1c… · 10.0.0.4`. */
  readonly note?: string
  readonly seen?: StepFacts
  /** Its removal was approved, and it stays, at least in part; `note` says why. */
  readonly kept?: true
}

/** A vendor refuses for now, and is asked again. */
export interface Pause {
  /** The refusal, in a sentence. */
  readonly why: string
  /** When it is asked again, ISO 8601. */
  readonly until: string
}

/** Ids that a request has put on a list, or was about to. */
export interface Listing {
  /** Id of the service or the organization whose list it is. */
  readonly list: string
  readonly ids: readonly string[]
}

export interface Outcome {
  readonly problem?: Problem
  readonly verdict?: Verdict
  /** The private endpoint's address. */
  readonly address?: string
  readonly guid?: string
}

export interface Request {
  readonly id: string
  readonly action: Action
  readonly state: RequestState
  readonly asked: Asked
  readonly approval?: Approval
  readonly plan?: Plan
  readonly digest?: string
  /** The plan that was approved before, where it changed between approval and the first write, so that approval is asked for again. */
  readonly previousPlan?: Plan
  readonly votes?: readonly Vote[]
  /** People whose approval became void when the plan changed. */
  readonly voided?: readonly Person[]
  /** Who ran the previous plan without an approval, before it changed. */
  readonly voidedOverride?: Person
  readonly decision?: Decision
  /** How many of the reminders were due already. */
  readonly reminded?: number
  /** A cancellation of a running request, until the worker has stopped. */
  readonly stopping?: Decision
  /** Every time that the request was run without an approval. */
  readonly overrides?: readonly Override[]
  /** Who has reviewed that since. */
  readonly review?: { readonly by: Person; readonly at: string }
  /** How many of the daily reminders of that review were due already. */
  readonly reviewReminded?: number
  /** Fencing token of the worker that has claimed this request. */
  readonly run?: string
  readonly steps: Readonly<Partial<Record<StepId, StepProgress>>>
  /** Ids that this request put on lists: an undo removes them. */
  readonly listed?: readonly Listing[]
  /** When the first worker began to apply. */
  readonly applyingSince?: string
  /** The request that this one waits for, because it works on the same network, or on the same DNS zone. */
  readonly waitsFor?: string
  /** What its worker waits for now. */
  readonly pause?: Pause
  /** The failed request whose changes this one takes back, and nothing else. */
  readonly undoes?: string
  readonly endedAt?: string
  readonly outcome?: Outcome
}

export type RequestEvent =
  | { readonly type: 'claim'; readonly run: string; readonly at: string }
  | {
      readonly type: 'plan-ready'
      readonly run: string
      readonly plan: Plan
      readonly digest: string
      readonly approval: Approval
    }
  | { readonly type: 'nothing-to-do'; readonly run: string; readonly plan: Plan; readonly outcome: Outcome; readonly at: string }
  | { readonly type: 'approve'; readonly by: Person; readonly surface?: Surface; readonly digest: string; readonly at: string }
  | { readonly type: 'reject'; readonly by: Person; readonly surface?: Surface; readonly digest: string; readonly at: string }
  | {
      readonly type: 'override'
      readonly by: Person
      readonly surface?: Surface
      readonly digest: string
      readonly reason: string
      readonly at: string
    }
  | { readonly type: 'remind'; readonly count: number }
  | { readonly type: 'remind-review'; readonly count: number }
  | { readonly type: 'cancel'; readonly by: Person; readonly surface?: Surface; readonly at: string }
  | { readonly type: 'stopped'; readonly run: string; readonly outcome: Outcome; readonly at: string }
  | { readonly type: 'review'; readonly by: Person; readonly surface?: Surface; readonly at: string }
  | { readonly type: 'expire'; readonly at: string }
  | {
      readonly type: 'plan-changed'
      readonly run: string
      readonly plan: Plan
      readonly digest: string
      readonly approval: Approval
    }
  | { readonly type: 'wait'; readonly behind: string }
  /** The worker waits, or with no `pause` does not wait any more. */
  | { readonly type: 'pause'; readonly run: string; readonly pause?: Pause }
  | {
      readonly type: 'step'
      readonly run: string
      readonly id: StepId
      readonly progress: StepProgress
      /** The vendors' ids of the calls that changed something; only the audit keeps them. */
      readonly vendorRequestIds?: readonly string[]
    }
  | { readonly type: 'list'; readonly run: string; readonly listing: Listing }
  | { readonly type: 'finish'; readonly run: string; readonly outcome: Outcome; readonly at: string }
  | { readonly type: 'fail'; readonly run: string; readonly outcome: Outcome; readonly at: string }

export type RequestEventType = RequestEvent['type']

export function isOpen({ state }: Request): boolean {
  return state === 'planning' || state === 'awaiting-approval' || state === 'applying'
}

/** Whether the request ran without an approval and was not reviewed since. */
export function needsReview({ overrides = [], review }: Request): boolean {
  return overrides.length > 0 && review === undefined
}

/** Whether the person asked for the request or ran it without an approval: then somebody else has to review it. */
export function isInvolved({ asked, overrides = [] }: Request, person: Person): boolean {
  return [asked, ...overrides].some(({ by }) => samePerson(by, person))
}

/** Whether somebody else could review the request if this person ran it at once. True where a group may approve: its members are not known here. */
export function couldBeReviewed(request: Request, by: Person): boolean {
  const { approvers = [], groups = [] } = request.approval ?? {}
  return groups.length > 0 || approvers.some((person) => !samePerson(person, by) && !isInvolved(request, person))
}

export function newRequest(id: string, asked: Asked, action: Action = 'setup', undoes?: string): Request {
  return { id, action, state: 'planning', asked, steps: {}, ...(undoes !== undefined && { undoes }) }
}

/** A failed setup or allow that may have left something behind. */
export function canBeUndone({ state, action, steps, plan }: Request): boolean {
  return state === 'failed' && connects(action) && plan !== undefined && Object.values(steps).some(({ changed }) => changed)
}
