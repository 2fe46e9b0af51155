/**
 * The life of a request.
 *
 *   planning ──► awaiting-approval ──► applying ──► done
 *      │  │          │  ▲                 │  │
 *      │  └► nothing-to-do                │  └────► failed
 *      └► failed     │  └── plan-changed ─┘  └────► cancelled
 *                    └► rejected | expired | cancelled        (planning can be cancelled too)
 *
 * In `applying`, a request first waits until others that work on the same network or zone are done. A worker takes a request in `planning` or `applying` by
 * `claim`, which names its run: a fencing token. Every later event of the worker carries its run, and has an effect only while the request has that run. So a
 * worker that lost its job without noticing cannot write.
 *
 * An approval names the digest of the plan that the approver saw. It counts only for that plan, before `expiresAt`, once a person, and not from the requester.
 * The request begins when as many people as the policy asks for have approved it; a plan that changes voids earlier approvals. Someone whom the policy lists
 * may override the approval, if there is somebody else who can review it; the request then needs that review, whatever becomes of it.
 *
 * A cancel in `applying` asks the worker to stop before its next write. The request ends when the worker says that it has stopped, or that the plan changed.
 * Every other pair of state and event leaves the request as it is: `transition` then returns the same object.
 */
import { samePerson } from './person.ts'
import {
  couldBeReviewed,
  isInvolved,
  needsReview,
  type Override,
  type Pause,
  type Request,
  type RequestEvent,
} from './request.ts'
import { hasChangedTooOften, type Vote } from './vote.ts'

/** Pure. Returns the same object when the event has no effect in this state. */
export function transition(request: Request, event: RequestEvent): Request {
  if ('run' in event && event.type !== 'claim' && event.run !== request.run) return request
  const next = stepped(request, event)
  // Another worker begins anew, and a request that leaves its state waits for no vendor.
  const endsPause = event.type === 'claim' || next.state !== request.state
  return endsPause && next.pause !== undefined ? withoutPause(next) : next
}

function withoutPause({ pause: _, ...rest }: Request): Request {
  return rest
}

function paused(request: Request, pause: Pause | undefined): Request {
  if (pause !== undefined) return { ...request, pause }
  return request.pause === undefined ? request : withoutPause(request)
}

function stepped(request: Request, event: RequestEvent): Request {
  switch (request.state) {
    case 'planning':
      return whilePlanning(request, event)
    case 'awaiting-approval':
      return whileAwaitingApproval(request, event)
    case 'applying':
      return whileApplying(request, event)
    default:
      return afterwards(request, event)
  }
}

function afterwards(request: Request, event: RequestEvent): Request {
  if (!needsReview(request)) return request
  if (event.type === 'remind-review' && event.count > (request.reviewReminded ?? 0))
    return { ...request, reviewReminded: event.count }
  if (event.type !== 'review') return request
  if (isInvolved(request, event.by)) return request
  return { ...request, review: { by: event.by, at: event.at } }
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
    case 'pause':
      return paused(request, event.pause)
    default:
      return request
  }
}

function whileAwaitingApproval(request: Request, event: RequestEvent): Request {
  switch (event.type) {
    case 'approve':
    case 'reject':
    case 'override':
      return event.digest !== request.digest || isPast(request, event.at) ? request : decided(request, event)
    case 'remind':
      return event.count > (request.reminded ?? 0) ? { ...request, reminded: event.count } : request
    case 'cancel':
      return { ...request, state: 'cancelled', decision: { kind: 'cancelled', by: event.by, at: event.at }, endedAt: event.at }
    case 'expire':
      return isPast(request, event.at) ? { ...request, state: 'expired', endedAt: event.at } : request
    default:
      return request
  }
}

type DecidingEvent = Extract<RequestEvent, { type: 'approve' | 'reject' | 'override' }>

function decided(request: Request, event: DecidingEvent): Request {
  const { approval } = request
  const { by, at } = event
  if (approval === undefined) return request
  if (event.type === 'override') {
    if (!approval.breakGlass.some((person) => samePerson(person, by))) return request
    if (!couldBeReviewed(request, by)) return request
    const override: Override = { by, at, digest: event.digest, reason: event.reason }
    return {
      ...request,
      state: 'applying',
      decision: { kind: 'overridden', by, at },
      overrides: [...(request.overrides ?? []), override],
    }
  }
  if (samePerson(by, request.asked.by)) return request
  const kind = event.type === 'approve' ? 'approved' : 'rejected'
  const before = request.votes ?? []
  const own = before.find((vote) => samePerson(vote.by, by))
  if (own?.kind === kind || hasChangedTooOften(own)) return request
  const vote: Vote = { kind, by, at, ...(own !== undefined && { changes: (own.changes ?? 0) + 1 }) }
  const votes = [...before.filter((each) => each !== own), vote]
  const count = (which: Vote['kind']): number => votes.filter((vote) => vote.kind === which).length
  if (count('approved') >= approval.needed)
    return { ...request, state: 'applying', votes, decision: { kind: 'approved', by, at } }
  const tooFew = approval.groups.length === 0 && approval.approvers.length - count('rejected') < approval.needed
  if (kind === 'rejected' && (approval.rejectionEnds || tooFew)) {
    return { ...request, state: 'rejected', votes, decision: { kind, by, at }, endedAt: at }
  }
  return { ...request, votes }
}

function whileApplying(request: Request, event: RequestEvent): Request {
  switch (event.type) {
    case 'wait':
      return request.waitsFor === event.behind ? request : { ...request, waitsFor: event.behind }
    case 'claim': {
      const { waitsFor: _over, ...rest } = request
      return { ...rest, run: event.run, applyingSince: request.applyingSince ?? event.at }
    }
    case 'pause':
      return paused(request, event.pause)
    case 'step':
      return { ...request, steps: { ...request.steps, [event.id]: event.progress } }
    case 'list':
      return { ...request, listed: [...(request.listed ?? []), event.listing] }
    case 'plan-changed':
      return replanned(request, event)
    case 'cancel':
      if (request.stopping !== undefined) return request
      return { ...request, stopping: { kind: 'cancelled', by: event.by, at: event.at } }
    case 'stopped':
      if (request.stopping === undefined) return request
      return { ...request, state: 'cancelled', decision: request.stopping, outcome: event.outcome, endedAt: event.at }
    case 'finish':
      return { ...request, state: 'done', outcome: event.outcome, endedAt: event.at }
    case 'fail':
      return { ...request, state: 'failed', outcome: event.outcome, endedAt: event.at }
    default:
      return request
  }
}

/** Voids the decisions on the old plan. What was already written without an approval still needs a review. */
function replanned(request: Request, { plan, digest, approval }: Extract<RequestEvent, { type: 'plan-changed' }>): Request {
  const { decision, votes = [], stopping, overrides = [], reminded: _, voidedOverride: __, ...rest } = request
  if (stopping !== undefined) return { ...request, state: 'cancelled', decision: stopping, endedAt: approval.askedAt }
  const wrote = Object.values(request.steps).some(({ changed }) => changed)
  return {
    ...rest,
    ...(request.plan !== undefined && { previousPlan: request.plan }),
    ...(wrote && overrides.length > 0 && { overrides }),
    ...(decision?.kind === 'overridden' && { voidedOverride: decision.by }),
    voided: votes.filter((vote) => vote.kind === 'approved').map(({ by }) => by),
    state: 'awaiting-approval',
    plan,
    digest,
    approval,
  }
}

function isPast({ approval }: Request, at: string): boolean {
  return approval !== undefined && Date.parse(at) >= Date.parse(approval.expiresAt)
}
