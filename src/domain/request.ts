/**
 * The life of a request.
 *
 *   planning ──► awaiting-approval ──► applying ──► done
 *      │  │          │  ▲                 │  │
 *      │  └► nothing-to-do                │  └────► failed
 *      └► failed     │  └── plan-changed ─┘
 *                    └► rejected | expired | cancelled        (planning can be cancelled too)
 *
 * In `applying`, a request first waits until others that work on the same network are done. A worker takes a request in `planning` or `applying` by `claim`, which names its run: a fencing token. Whatever a worker says later carries its
 * run and counts only while the request is still that run's, so that a worker which lost its job without noticing cannot write.
 *
 * An approval names the digest of the plan that the approver saw; it counts only for that plan and only in time. Every other pair of state and event
 * leaves the request as it is: `transition` then returns the very same object.
 */
import type { Verdict } from './diagnosis/finding.ts'
import type { Problem } from './errors.ts'
import type { Person, Place } from './person.ts'
import type { Plan, StepId } from './plan.ts'
import type { ServiceWords } from './target.ts'

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
  /** Where the approval card goes. */
  readonly place: Place
  readonly askedAt: string
  readonly expiresAt: string
}

export interface Decision {
  readonly kind: 'approved' | 'rejected' | 'cancelled'
  readonly by: Person
  readonly at: string
}

/** The journal of one step. */
export interface StepProgress {
  readonly state: 'running' | 'done' | 'failed'
  readonly startedAt: string
  readonly finishedAt?: string
  /** Whether this request changed something here, or found it in place. */
  readonly changed: boolean
  /** What came to light, in a few words, e.g. `GUID 3f1c… · 10.0.0.4`. */
  readonly note?: string
}

export interface Outcome {
  readonly problem?: Problem
  readonly verdict?: Verdict
  /** The private address that the host name leads to. */
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
  readonly decision?: Decision
  /** Fencing token of the worker that has this request. */
  readonly run?: string
  readonly steps: Readonly<Partial<Record<StepId, StepProgress>>>
  /** When the first worker began to apply. */
  readonly applyingSince?: string
  /** The request that this one waits for, because it works on the same network. */
  readonly waitsFor?: string
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
  | { readonly type: 'approve'; readonly by: Person; readonly digest: string; readonly at: string }
  | { readonly type: 'reject'; readonly by: Person; readonly digest: string; readonly at: string }
  | { readonly type: 'cancel'; readonly by: Person; readonly at: string }
  | { readonly type: 'expire'; readonly at: string }
  | {
      readonly type: 'plan-changed'
      readonly run: string
      readonly plan: Plan
      readonly digest: string
      readonly approval: Approval
    }
  | { readonly type: 'wait'; readonly behind: string }
  | { readonly type: 'step'; readonly run: string; readonly id: StepId; readonly progress: StepProgress }
  | { readonly type: 'finish'; readonly run: string; readonly outcome: Outcome; readonly at: string }
  | { readonly type: 'fail'; readonly run: string; readonly outcome: Outcome; readonly at: string }

export type RequestEventType = RequestEvent['type']

export function isOpen({ state }: Request): boolean {
  return state === 'planning' || state === 'awaiting-approval' || state === 'applying'
}

export function newRequest(id: string, asked: Asked, action: Action = 'setup', undoes?: string): Request {
  return { id, action, state: 'planning', asked, steps: {}, ...(undoes !== undefined && { undoes }) }
}

/** A failed setup or allow that may have left something behind. */
export function canBeUndone({ state, action, steps, plan }: Request): boolean {
  const connects = action === 'setup' || action === 'allow'
  return state === 'failed' && connects && plan !== undefined && Object.values(steps).some(({ changed }) => changed)
}

/** Pure. Returns the same object when the event means nothing in this state. */
export function transition(request: Request, event: RequestEvent): Request {
  if ('run' in event && event.type !== 'claim' && event.run !== request.run) return request
  switch (request.state) {
    case 'planning':
      return whilePlanning(request, event)
    case 'awaiting-approval':
      return whileAwaitingApproval(request, event)
    case 'applying':
      return whileApplying(request, event)
    default:
      return request
  }
}

function whilePlanning(request: Request, event: RequestEvent): Request {
  switch (event.type) {
    case 'claim':
      return { ...request, run: event.run }
    case 'plan-ready': {
      const { plan, digest, approval } = event
      return { ...request, state: 'awaiting-approval', plan, digest, approval }
    }
    case 'nothing-to-do':
      return { ...request, state: 'nothing-to-do', plan: event.plan, outcome: event.outcome, endedAt: event.at }
    case 'fail':
      return { ...request, state: 'failed', outcome: event.outcome, endedAt: event.at }
    case 'cancel':
      return { ...request, state: 'cancelled', decision: { kind: 'cancelled', by: event.by, at: event.at }, endedAt: event.at }
    default:
      return request
  }
}

function whileAwaitingApproval(request: Request, event: RequestEvent): Request {
  switch (event.type) {
    case 'approve':
      if (event.digest !== request.digest || isPast(request, event.at)) return request
      return { ...request, state: 'applying', decision: { kind: 'approved', by: event.by, at: event.at } }
    case 'reject':
      if (event.digest !== request.digest || isPast(request, event.at)) return request
      return { ...request, state: 'rejected', decision: { kind: 'rejected', by: event.by, at: event.at }, endedAt: event.at }
    case 'cancel':
      return { ...request, state: 'cancelled', decision: { kind: 'cancelled', by: event.by, at: event.at }, endedAt: event.at }
    case 'expire':
      return isPast(request, event.at) ? { ...request, state: 'expired', endedAt: event.at } : request
    default:
      return request
  }
}

function whileApplying(request: Request, event: RequestEvent): Request {
  switch (event.type) {
    case 'wait':
      return request.waitsFor === event.behind ? request : { ...request, waitsFor: event.behind }
    case 'claim': {
      const { waitsFor: _over, ...rest } = request
      return { ...rest, run: event.run, applyingSince: request.applyingSince ?? event.at }
    }
    case 'step':
      return { ...request, steps: { ...request.steps, [event.id]: event.progress } }
    case 'plan-changed': {
      const { plan, digest, approval } = event
      const { decision: _void, ...rest } = request
      const previous = request.plan === undefined ? {} : { previousPlan: request.plan }
      return { ...rest, ...previous, state: 'awaiting-approval', plan, digest, approval }
    }
    case 'finish':
      return { ...request, state: 'done', outcome: event.outcome, endedAt: event.at }
    case 'fail':
      return { ...request, state: 'failed', outcome: event.outcome, endedAt: event.at }
    default:
      return request
  }
}

function isPast({ approval }: Request, at: string): boolean {
  return approval !== undefined && Date.parse(at) >= Date.parse(approval.expiresAt)
}
