import { describe, expect, test } from 'vitest'
import type { Person } from '../../../src/domain/person.ts'
import { standingOf } from '../../../src/domain/policy.ts'
import {
  needsReview,
  type Request,
  type RequestEvent,
  type RequestEventType,
  type RequestState,
  requestStates,
} from '../../../src/domain/request.ts'
import { transition } from '../../../src/domain/transition.ts'
import { alice, bob, carol, plan } from '../literals.ts'

const run = 'run-1'
const at = '2026-01-01T12:00:00.000Z'
const later = '2026-01-03T12:00:00.000Z'
const approval = {
  groups: [],
  needed: 1,
  rejectionEnds: true,
  breakGlass: [bob],
  remindAt: [],
  approvers: [bob, carol],
  places: [{ surface: 'slack', id: 'C1' }],
  askedAt: at,
  expiresAt: '2026-01-02T12:00:00.000Z',
} as const

function requestIn(state: RequestState): Request {
  const asked = {
    by: alice,
    place: { surface: 'slack', id: 'C1' },
    at,
    services: [{ service: 'analytics-prod' }],
    network: 'prod-westus3',
  } as const
  return { id: 'PL-1', action: 'setup', state, asked, steps: {}, run, approval, plan, digest: 'digest-1' }
}

const progress = { state: 'running', startedAt: at, changed: true } as const

const events: Record<RequestEventType, RequestEvent> = {
  claim: { type: 'claim', run: 'run-2', at },
  'plan-ready': { type: 'plan-ready', run, plan, digest: 'digest-2', approval },
  'nothing-to-do': { type: 'nothing-to-do', run, plan, outcome: {}, at },
  approve: { type: 'approve', by: bob, digest: 'digest-1', at },
  reject: { type: 'reject', by: bob, digest: 'digest-1', at },
  override: { type: 'override', by: bob, digest: 'digest-1', reason: 'it burns', at },
  remind: { type: 'remind', count: 1 },
  'remind-review': { type: 'remind-review', count: 1 },
  cancel: { type: 'cancel', by: alice, at },
  stopped: { type: 'stopped', run, outcome: {}, at },
  review: { type: 'review', by: bob, at },
  expire: { type: 'expire', at: later },
  'plan-changed': { type: 'plan-changed', run, plan, digest: 'digest-2', approval },
  wait: { type: 'wait', behind: 'PL-0' },
  pause: { type: 'pause', run, pause: { why: 'Azure refused.', until: later } },
  step: { type: 'step', run, id: 'dns-zone', progress },
  list: { type: 'list', run, listing: { list: 'a', ids: ['g1'] } },
  finish: { type: 'finish', run, outcome: {}, at },
  fail: { type: 'fail', run, outcome: {}, at },
}

/** The whole table: what is not listed leaves the request as it is. */
const table: Record<RequestState, Partial<Record<RequestEventType, RequestState>>> = {
  planning: {
    claim: 'planning',
    'plan-ready': 'awaiting-approval',
    'nothing-to-do': 'nothing-to-do',
    cancel: 'cancelled',
    pause: 'planning',
    fail: 'failed',
  },
  'awaiting-approval': {
    approve: 'applying',
    reject: 'rejected',
    override: 'applying',
    remind: 'awaiting-approval',
    cancel: 'cancelled',
    expire: 'expired',
  },
  applying: {
    claim: 'applying',
    wait: 'applying',
    pause: 'applying',
    cancel: 'applying',
    step: 'applying',
    list: 'applying',
    'plan-changed': 'awaiting-approval',
    finish: 'done',
    fail: 'failed',
  },
  done: {},
  failed: {},
  rejected: {},
  expired: {},
  cancelled: {},
  'nothing-to-do': {},
}

describe('every state × every event', () => {
  for (const state of requestStates) {
    for (const event of Object.values(events)) {
      const expected = table[state][event.type]
      test(`${state} × ${event.type} → ${expected ?? 'unchanged'}`, () => {
        const before = requestIn(state)
        const after = transition(before, event)
        if (expected === undefined) expect(after).toBe(before)
        else {
          expect(after).not.toBe(before)
          expect(after.state).toBe(expected)
        }
      })
    }
  }
})

describe('a pause', () => {
  const pausedIn = (state: 'planning' | 'applying') => transition(requestIn(state), events.pause)

  test.each(['planning', 'applying'] as const)('of %s is over when the worker says so, or another worker begins', (state) => {
    expect(pausedIn(state).pause).toEqual({ why: 'Azure refused.', until: later })
    expect(transition(pausedIn(state), { type: 'pause', run })).toEqual(requestIn(state))
    expect(transition(pausedIn(state), events.claim).pause).toBeUndefined()
  })

  test('stays while steps go on, and nothing of it is left in another state', () => {
    expect(transition(pausedIn('applying'), events.step).pause).toBeDefined()
    for (const end of [events['plan-changed'], events.finish, events.fail])
      expect(transition(pausedIn('applying'), end)).not.toHaveProperty('pause')
    for (const end of [events['plan-ready'], events['nothing-to-do'], events.fail, events.cancel])
      expect(transition(pausedIn('planning'), end)).not.toHaveProperty('pause')
  })

  test('that nobody makes is not over', () => {
    const before = requestIn('planning')
    expect(transition(before, { type: 'pause', run })).toBe(before)
  })
})

describe('guards', () => {
  const workerEvents = Object.values(events).filter((event) => 'run' in event && event.type !== 'claim')

  test.each(workerEvents)('$type of a worker that lost the request changes nothing', (event) => {
    for (const state of requestStates) {
      const before = { ...requestIn(state), run: 'another' }
      expect(transition(before, event)).toBe(before)
    }
  })

  test.each(['approve', 'reject'] as const)('%s of another plan, or too late, changes nothing', (type) => {
    const before = requestIn('awaiting-approval')
    expect(transition(before, { type, by: bob, digest: 'digest-0', at })).toBe(before)
    expect(transition(before, { type, by: bob, digest: 'digest-1', at: approval.expiresAt })).toBe(before)
  })

  test('nobody approves or rejects what they asked for, by whatever name they asked', () => {
    const before = requestIn('awaiting-approval')
    const asked = { ...before.asked, by: { key: 'slack:U02BOB', name: 'bob', accounts: { slack: 'U02BOB' } } }
    const own = { ...before, asked }
    expect(transition(own, events.approve)).toBe(own)
    expect(transition(own, events.reject)).toBe(own)
    expect(transition(own, { type: 'cancel', by: bob, at }).state).toBe('cancelled')
  })

  test('nothing expires before its time', () => {
    const before = requestIn('awaiting-approval')
    expect(transition(before, { type: 'expire', at })).toBe(before)
  })

  test('a changed plan voids the decision on the old one', () => {
    const approved = transition(requestIn('awaiting-approval'), events.approve)
    const again = transition(approved, events['plan-changed'])
    expect(again).toMatchObject({ state: 'awaiting-approval', digest: 'digest-2', previousPlan: plan })
    expect(again.decision).toBeUndefined()
  })

  describe('a quorum of two', () => {
    const dave = { key: 'person:Dave', name: 'Dave', accounts: {} }
    const asked = (changes: object = {}): Request => ({
      ...requestIn('awaiting-approval'),
      approval: { ...approval, approvers: [bob, carol, dave], needed: 2, rejectionEnds: false, ...changes },
    })
    const vote = (request: Request, type: 'approve' | 'reject', by: Person): Request =>
      transition(request, { type, by, digest: 'digest-1', at })

    test('takes two people, and a person counts once', () => {
      const once = vote(asked(), 'approve', bob)
      expect(once).toMatchObject({ state: 'awaiting-approval', votes: [{ kind: 'approved', by: bob }] })
      expect(vote(once, 'approve', bob)).toBe(once)
      expect(vote(once, 'approve', { key: 'slack:U02BOB', name: 'bob', accounts: { slack: 'U02BOB' } })).toBe(once)
      expect(vote(once, 'approve', carol)).toMatchObject({ state: 'applying', decision: { kind: 'approved', by: carol } })
    })

    test('one may change their mind', () => {
      const against = vote(vote(asked(), 'approve', bob), 'reject', bob)
      expect(against.votes).toMatchObject([{ kind: 'rejected', by: bob }])
      expect(vote(vote(against, 'approve', carol), 'approve', bob).state).toBe('applying')
    })

    test('but not without end: after ten changes their no stands, and an approval can still be taken back', () => {
      let request = asked()
      const digest = 'digest-1'
      for (let clicks = 0; clicks < 30; clicks += 1) request = vote(request, clicks % 2 === 0 ? 'reject' : 'approve', bob)
      expect(request.votes).toMatchObject([{ kind: 'rejected', changes: 10 }])
      expect(standingOf(request, bob, { kind: 'approved', digest, at })).toBe('changed-too-often')
      expect(vote(request, 'approve', bob)).toBe(request)
      const approving = { kind: 'approved', by: bob, at, changes: 11 } as const
      expect(vote({ ...request, votes: [approving] }, 'reject', bob).votes).toMatchObject([{ kind: 'rejected' }])
    })

    test('ends when too few are left who could approve, or at once where one rejection is enough', () => {
      const one = vote(asked(), 'reject', bob)
      expect(one.state).toBe('awaiting-approval')
      expect(vote(one, 'reject', dave).state).toBe('rejected')
      expect(vote(asked({ rejectionEnds: true }), 'reject', bob).state).toBe('rejected')
      const group = { surface: 'slack', id: 'S1' } as const
      expect(vote(vote(asked({ groups: [group] }), 'reject', bob), 'reject', dave).state).toBe('awaiting-approval')
    })

    test('a changed plan voids what was said, and names those whose approval it was', () => {
      const applying = vote(vote(asked(), 'approve', bob), 'approve', carol)
      const again = transition(applying, events['plan-changed'])
      expect(again.votes).toBeUndefined()
      expect(again.voided).toEqual([bob, carol])
    })
  })

  describe('break-glass', () => {
    test('only for those whom the policy lists, and then somebody else has to look at it', () => {
      const before = requestIn('awaiting-approval')
      expect(transition(before, { ...events.override, by: carol } as RequestEvent)).toBe(before)
      const running = transition(before, events.override)
      expect(running).toMatchObject({ state: 'applying', decision: { kind: 'overridden', by: bob } })
      expect(running.overrides).toEqual([{ by: bob, at, digest: 'digest-1', reason: 'it burns' }])
      const done = transition(running, { ...events.finish, run } as RequestEvent)
      expect(needsReview(done)).toBe(true)
      expect(transition(done, { type: 'review', by: bob, at })).toBe(done)
      expect(transition(done, { type: 'review', by: done.asked.by, at })).toBe(done)
      const reviewed = transition(done, { type: 'review', by: carol, at })
      expect(reviewed.review).toEqual({ by: carol, at })
      expect(needsReview(reviewed)).toBe(false)
      expect(transition(reviewed, { type: 'review', by: carol, at })).toBe(reviewed)
    })
  })

  test('each reminder of a review is recorded once, and none after the review', () => {
    const remind = (count: number) => ({ type: 'remind-review', count }) as const
    const running = transition(requestIn('awaiting-approval'), events.override)
    expect(transition(running, remind(1))).toBe(running)
    const done = transition(running, events.finish)
    const reminded = transition(done, remind(2))
    expect(reminded.reviewReminded).toBe(2)
    expect(transition(reminded, remind(2))).toBe(reminded)
    expect(transition(reminded, remind(1))).toBe(reminded)
    const reviewed = transition(reminded, { type: 'review', by: carol, at })
    expect(transition(reviewed, remind(3))).toBe(reviewed)
    expect(transition(requestIn('done'), remind(1)).reviewReminded).toBeUndefined()
  })

  describe('what ran without an approval', () => {
    const running = transition(requestIn('awaiting-approval'), events.override)
    const wrote = transition(running, events.step)

    test('stays so when it is cancelled, and whoever ran it does not review it', () => {
      const cancelled = transition(transition(wrote, events.cancel), events.stopped)
      expect(cancelled).toMatchObject({
        state: 'cancelled',
        decision: { kind: 'cancelled', by: alice },
        overrides: [{ by: bob }],
      })
      expect(needsReview(cancelled)).toBe(true)
      expect(transition(cancelled, { type: 'review', by: bob, at })).toBe(cancelled)
      expect(transition(cancelled, { type: 'review', by: carol, at }).review).toEqual({ by: carol, at })
    })

    test('is reviewed also when the plan changed and the rest was approved', () => {
      const again = transition(wrote, events['plan-changed'])
      expect(again).toMatchObject({ state: 'awaiting-approval', voidedOverride: bob, overrides: [{ by: bob }] })
      const approved = transition(again, { type: 'approve', by: carol, digest: 'digest-2', at })
      const done = transition(approved, events.finish)
      expect(needsReview(done)).toBe(true)
      expect(transition(done, { type: 'review', by: bob, at })).toBe(done)
    })

    test('needs no review when the plan changed before anything was written', () => {
      const again = transition(running, events['plan-changed'])
      expect(again.voidedOverride).toBe(bob)
      expect(needsReview(again)).toBe(false)
    })

    test('nobody runs at once what nobody else could review', () => {
      const only = (changes: object): Request => ({ ...requestIn('awaiting-approval'), approval: { ...approval, ...changes } })
      for (const approvers of [[bob], [bob, alice], []]) {
        const before = only({ approvers })
        expect(transition(before, events.override)).toBe(before)
      }
      const groups = [{ surface: 'slack', id: 'S1' }]
      expect(transition(only({ approvers: [bob], groups }), events.override).state).toBe('applying')
    })
  })

  describe('cancelled while it runs', () => {
    test('and the plan has changed: it ends, and asks nobody again', () => {
      const cancelled = transition(transition(requestIn('applying'), events.cancel), events['plan-changed'])
      expect(cancelled).toMatchObject({ state: 'cancelled', decision: { by: alice }, endedAt: at, digest: 'digest-1' })
    })

    test('the worker is asked to stop, and says when it has', () => {
      const running = requestIn('applying')
      expect(transition(running, events.stopped)).toBe(running)
      const stopping = transition(running, events.cancel)
      expect(stopping).toMatchObject({ state: 'applying', stopping: { kind: 'cancelled', by: alice } })
      expect(transition(stopping, { type: 'cancel', by: bob, at })).toBe(stopping)
      expect(transition(stopping, events.stopped)).toMatchObject({ state: 'cancelled', decision: { by: alice }, endedAt: at })
      expect(transition(stopping, events.finish).state).toBe('done')
    })
  })

  test('applying counts from the first claim, and the journal keeps other steps', () => {
    const first = transition(requestIn('applying'), { type: 'claim', run, at })
    const second = transition(first, { type: 'claim', run, at: later })
    expect(second.applyingSince).toBe(at)
    const one = transition(second, events.step)
    const two = transition(one, { type: 'step', run, id: 'allow-list', progress })
    expect(Object.keys(two.steps)).toEqual(['dns-zone', 'allow-list'])
    const listed = transition(transition(two, events.list), {
      ...events.list,
      listing: { list: 'b', ids: ['g1'] },
    } as RequestEvent)
    expect(listed.listed).toEqual([
      { list: 'a', ids: ['g1'] },
      { list: 'b', ids: ['g1'] },
    ])
  })
})
