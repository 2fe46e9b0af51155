import { describe, expect, test } from 'vitest'
import { type Change, digestOf, type Plan, type StepId, stillApproved } from '../../../src/domain/plan.ts'
import { plan } from '../literals.ts'

const [reached] = plan.services

function withChange(id: StepId, change: Change): Plan {
  return { ...plan, steps: plan.steps.map((step) => (step.id === id ? { ...step, change } : step)) }
}

describe('digestOf', () => {
  test('does not depend on the order of keys, nor on the service’s state', () => {
    const { steps, ...rest } = plan
    expect(digestOf({ steps, ...rest, services: [{ ...reached, service: { ...reached.service, state: 'idle' } }] })).toBe(
      digestOf(plan),
    )
  })

  test.each([
    ['another alias', { ...plan, alias: 'other' }],
    ['another network', { ...plan, network: 'other' }],
    ['another service', { ...plan, services: [{ ...reached, service: { ...reached.service, id: 'other' } }] } as const],
    ['another field', withChange('allow-list', { kind: 'update', fields: [{ name: 'entries', before: '2', after: '3' }] })],
    ['a step fewer to do', withChange('private-endpoint', { kind: 'none' })],
  ])('changes with %s', (_what, other) => {
    expect(digestOf(other)).not.toBe(digestOf(plan))
  })
})

describe('stillApproved', () => {
  const nothingBegun = new Set<StepId>()

  test('an equal plan is', () => {
    expect(stillApproved(plan, structuredClone(plan), nothingBegun)).toBe(true)
  })

  test('a value that came to light is', () => {
    const now = withChange('dns-record', {
      kind: 'create',
      fields: [
        { name: 'address', after: '10.0.0.4' },
        { name: 'TTL', after: '300 s' },
      ],
    })
    expect(stillApproved(plan, now, nothingBegun)).toBe(true)
  })

  test('a plan that shrank is only when this request has begun the step', () => {
    const now = withChange('private-endpoint', { kind: 'none' })
    expect(stillApproved(plan, now, nothingBegun)).toBe(false)
    expect(stillApproved(plan, now, new Set<StepId>(['private-endpoint']))).toBe(true)
  })

  test('a step that has nothing to do any more may be left out of it, but none may come', () => {
    const without = { ...plan, steps: plan.steps.filter(({ id }) => id !== 'allow-list') }
    expect(stillApproved(plan, without, new Set<StepId>(['allow-list']))).toBe(true)
    expect(stillApproved(plan, without, nothingBegun)).toBe(false)
    expect(stillApproved(without, plan, nothingBegun)).toBe(false)
  })

  test('a change that was not in the plan is not, even when the step is marked as begun', () => {
    const now = withChange('dns-zone', { kind: 'create', fields: [] })
    expect(stillApproved(plan, now, nothingBegun)).toBe(false)
    expect(stillApproved(plan, now, new Set<StepId>(['dns-zone']))).toBe(false)
  })

  test('a blocked step, another resource, another value are not', () => {
    const begun = new Set<StepId>(['dns-record'])
    expect(stillApproved(plan, withChange('dns-record', { kind: 'blocked', reason: 'foreign' }), begun)).toBe(false)
    const renamed = { ...plan, steps: plan.steps.map((step) => ({ ...step, resource: 'other' })) }
    expect(stillApproved(plan, renamed, nothingBegun)).toBe(false)
    const entries = withChange('allow-list', { kind: 'update', fields: [{ name: 'entries', before: '5', after: '6' }] })
    expect(stillApproved(plan, entries, nothingBegun)).toBe(false)
    expect(stillApproved(plan, { ...plan, alias: 'other' }, nothingBegun)).toBe(false)
  })
})
