import { describe, expect, test } from 'vitest'
import {
  type Request,
  type RequestEvent,
  type RequestEventType,
  type RequestState,
  requestStates,
  transition,
} from '../../src/domain/request.ts'
import { alice, bob, plan } from './literals.ts'

const run = 'run-1'
const at = '2026-01-01T12:00:00.000Z'
const later = '2026-01-03T12:00:00.000Z'
const approval = {
  approvers: [bob],
  place: { surface: 'slack', id: 'C1' },
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
  cancel: { type: 'cancel', by: alice, at },
  expire: { type: 'expire', at: later },
  'plan-changed': { type: 'plan-changed', run, plan, digest: 'digest-2', approval },
  wait: { type: 'wait', behind: 'PL-0' },
  step: { type: 'step', run, id: 'dns-zone', progress },
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
    fail: 'failed',
  },
  'awaiting-approval': { approve: 'applying', reject: 'rejected', cancel: 'cancelled', expire: 'expired' },
  applying: {
    claim: 'applying',
    wait: 'applying',
    step: 'applying',
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

  test('applying counts from the first claim, and the journal keeps other steps', () => {
    const first = transition(requestIn('applying'), { type: 'claim', run, at })
    const second = transition(first, { type: 'claim', run, at: later })
    expect(second.applyingSince).toBe(at)
    const one = transition(second, events.step)
    const two = transition(one, { type: 'step', run, id: 'allow-list', progress })
    expect(Object.keys(two.steps)).toEqual(['dns-zone', 'allow-list'])
  })
})
