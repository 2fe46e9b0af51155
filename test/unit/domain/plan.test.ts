import { describe, expect, test } from 'vitest'
import { beingMade, type Change, digestOf, type Plan, type StepId, stillApproved } from '../../../src/domain/plan.ts'
import type { Site } from '../../../src/domain/site.ts'
import { plan } from '../literals.ts'

const [reached] = plan.services

function withChange(id: StepId, change: Change): Plan {
  return { ...plan, steps: plan.steps.map((step) => (step.id === id ? { ...step, change } : step)) }
}

const site: Site = {
  vnet: '/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/virtualnetworks/vnet-prod',
  subnet: '/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/virtualnetworks/vnet-prod/subnets/endpoints',
  endpoint: '/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/privateendpoints/pe',
  zone: '/subscriptions/s1/resourcegroups/rg-dns/providers/microsoft.network/privatednszones/z',
  applicationSecurityGroups: ['/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/applicationsecuritygroups/db'],
  tags: { team: 'data' },
}
const elsewhere: readonly [string, Partial<Site>][] = [
  ['subscription', { vnet: site.vnet.replace('s1', 's2') }],
  ['subnet', { subnet: `${site.subnet}-2` }],
  ['zone', { zone: '/subscriptions/s1/resourcegroups/rg-hub/providers/microsoft.network/privatednszones/z' }],
  ['endpoint', { endpoint: '/subscriptions/s1/resourcegroups/rg-2/providers/microsoft.network/privateendpoints/pe' }],
  ['application security group', { applicationSecurityGroups: [] }],
  ['tags', { tags: { team: 'web' } }],
]
const at = (changes: Partial<Site> = {}): Plan => ({ ...plan, site: { ...site, ...changes } })

test.each(elsewhere)('another %s is another plan, and is not approved', (_what, changes) => {
  expect(digestOf(at(changes))).not.toBe(digestOf(at()))
  expect(stillApproved(at(), at(changes), new Set<StepId>(plan.steps.map(({ id }) => id)))).toBe(false)
})

test('what is gone, as the plan is carried out, no longer says where it was', () => {
  const { endpoint: _, zone: __, ...rest } = site
  expect(stillApproved(at(), { ...plan, site: rest }, new Set())).toBe(true)
})

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

  test.each<[string, Change, boolean]>([
    ['nothing is left', { kind: 'none' }, true],
    ['some of its fields are left', { kind: 'create', fields: [{ name: 'TTL', after: '300 s' }] }, true],
    ['it is there, and incomplete', { kind: 'update', fields: [{ name: 'TTL', before: '60 s', after: '300 s' }] }, true],
    ['another value', { kind: 'create', fields: [{ name: 'TTL', after: '60 s' }] }, false],
    [
      'one more field',
      {
        kind: 'create',
        fields: [
          { name: 'TTL', after: '300 s' },
          { name: 'name', after: 'x' },
        ],
      },
      false,
    ],
    ['it is to be deleted', { kind: 'delete', fields: [{ name: 'TTL', before: '300 s' }] }, false],
  ])('of a step that was begun, only what is left of it: %s', (_what, change, expected) => {
    expect(stillApproved(plan, withChange('dns-record', change), new Set<StepId>(['dns-record']))).toBe(expected)
  })

  test('in a list that was begun, and that somebody else has changed since, the same ids are written and no others', () => {
    const list = (before: string, after: string, ...ids: readonly string[]) =>
      withChange('allow-list', {
        kind: 'update',
        fields: [...ids.map((id) => ({ name: 'id', after: id })), { name: 'entries', before, after, follows: true }],
      })
    const approved = list('1', '2', 'a')
    const begun = new Set<StepId>(['allow-list'])
    expect(stillApproved(approved, list('5', '6', 'a'), begun)).toBe(true)
    expect(stillApproved(approved, list('5', '6', 'a'), nothingBegun)).toBe(false)
    expect(stillApproved(approved, list('5', '7', 'a', 'b'), begun)).toBe(false)
    expect(stillApproved(approved, list('5', '6', 'b'), begun)).toBe(false)
  })

  test('what somebody else was making, and did not make, is made', () => {
    const approved = withChange('dns-zone', { kind: 'update', fields: [beingMade] })
    const now = withChange('dns-zone', { kind: 'create', fields: [{ name: 'resource group', after: 'rg-dns' }] })
    expect(stillApproved(approved, now, new Set<StepId>(['dns-zone']))).toBe(true)
    expect(stillApproved(approved, now, nothingBegun)).toBe(false)
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
