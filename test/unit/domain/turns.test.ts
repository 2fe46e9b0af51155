import { describe, expect, test } from 'vitest'
import type { PlannedStep } from '../../../src/domain/plan.ts'
import { type Action, newRequest, type Request } from '../../../src/domain/request.ts'
import { aheadOf, collide } from '../../../src/domain/turns.ts'
import { alice, bob, plan } from '../literals.ts'

function applying(
  id: string,
  action: Action,
  service: string,
  { network = 'prod', at = '2026-01-01T12:00:00.000Z', subscription = 's', group = 'rg-dns' } = {},
): Request {
  const asked = { by: alice, place: { surface: 'slack', id: 'C1' }, at, services: [{ service }], network } as const
  const [reached] = plan.services
  const services = [{ ...reached, service: { ...reached.service, id: service } }] as const
  const seen = { zone: { subscription, resourceGroup: group } }
  const steps: readonly PlannedStep[] =
    action === 'teardown'
      ? [{ id: 'dns-record-removal', title: 'A record', resource: '*', change: { kind: 'delete', fields: [] } as const, seen }]
      : plan.steps.map((step) => (step.id === 'dns-zone' ? { ...step, seen } : step))
  return {
    ...newRequest(id, asked, action),
    state: 'applying',
    plan: { ...plan, services, steps },
    decision: { kind: 'approved', by: bob, at },
  }
}

describe('collide', () => {
  test.each([
    ['setup', 'a', 'setup', 'b', true],
    ['setup', 'a', 'allow', 'b', true],
    ['teardown', 'a', 'revoke', 'b', true],
    ['allow', 'a', 'allow', 'b', false],
    ['allow', 'a', 'revoke', 'a', true],
  ] as const)('%s %s and %s %s: %s', (first, a, second, b, expected) => {
    expect(collide(applying('PL-1', first, a), applying('PL-2', second, b))).toBe(expected)
  })

  const staging = { network: 'staging' }

  test.each([
    ['setup', 'setup'],
    ['setup', 'teardown'],
    ['teardown', 'setup'],
    ['teardown', 'teardown'],
  ] as const)('networks with zones of their own do not touch each other: %s and %s', (one, other) => {
    const request = applying('PL-1', one, 'a')
    expect(collide(request, applying('PL-2', other, 'a', { ...staging, group: 'rg-b' }))).toBe(false)
    expect(collide(request, applying('PL-2', other, 'a', { ...staging, subscription: 't' }))).toBe(false)
  })

  test('two networks of the configuration that are one VNet are one', () => {
    const site = { vnet: '/subscriptions/s/vnet-prod', subnet: '', applicationSecurityGroups: [], tags: {} }
    const inVnet = (request: Request, vnet = site.vnet): Request => ({
      ...request,
      plan: { ...(request.plan ?? plan), site: { ...site, vnet } },
    })
    const [a, b] = [applying('PL-1', 'setup', 'a'), applying('PL-2', 'allow', 'b', staging)]
    expect(collide(inVnet(a), inVnet(b))).toBe(true)
    expect(collide(inVnet(a), inVnet(b, '/subscriptions/s/vnet-other'))).toBe(false)
  })

  test.each([
    ['setup', 'setup', true],
    ['teardown', 'setup', true],
    ['setup', 'allow', false],
    ['revoke', 'revoke', false],
  ] as const)('networks that share a zone: %s and %s: %s', (one, other, expected) => {
    const [a, b] = [applying('PL-1', one, 'a'), applying('PL-2', other, 'b', { ...staging, group: 'RG-DNS' })]
    expect([collide(a, b), collide(b, a)]).toEqual([expected, expected])
  })

  test('a zone that is to be made counts as well, and one of which it is not told where it lies', () => {
    const making = (request: Request, step: Pick<PlannedStep, 'change' | 'seen'>): Request => ({
      ...request,
      plan: { ...plan, steps: [{ id: 'dns-zone', title: '', resource: '', ...step }] },
    })
    const zone = { subscription: 's', resourceGroup: 'rg-b' }
    const request = applying('PL-1', 'setup', 'a')
    const made = making(request, { change: { kind: 'create', fields: [] }, seen: { zone } })
    expect(collide(made, applying('PL-2', 'setup', 'b', { ...staging, group: 'rg-b' }))).toBe(true)
    expect(collide(made, applying('PL-2', 'setup', 'b', staging))).toBe(false)
    expect(collide(making(request, { change: { kind: 'none' } }), applying('PL-2', 'teardown', 'b', staging))).toBe(true)
  })

  test('zones of two regions are two', () => {
    const other = applying('PL-2', 'setup', 'b', staging)
    const [reached] = plan.services
    const far = { ...plan, services: [{ ...reached, host: 'z9.eastus2.privatelink.azure.clickhouse.cloud' }] as const }
    expect(collide(applying('PL-1', 'setup', 'a'), { ...other, plan: far })).toBe(false)
  })
})

describe('aheadOf', () => {
  const nobody = new Set<string>()
  const early = applying('PL-9', 'setup', 'a', { at: '2026-01-01T12:00:00.000Z' })
  const late = applying('PL-1', 'setup', 'b', { at: '2026-01-01T12:00:01.000Z' })

  test('who was approved first goes first, and nobody waits for each other', () => {
    expect(aheadOf(late, [early, late], nobody)).toBe(early)
    expect(aheadOf(early, [early, late], nobody)).toBeUndefined()
    const same = applying('PL-2', 'setup', 'b', { at: '2026-01-01T12:00:01.000Z' })
    expect([aheadOf(late, [late, same], nobody), aheadOf(same, [late, same], nobody)]).toEqual([undefined, late])
  })

  test('what was run in an emergency does not wait behind what has not begun', () => {
    const by = late.asked.by
    const urgent: Request = { ...late, decision: { kind: 'overridden', by, at: '2026-01-01T13:00:00.000Z' } }
    expect(aheadOf(urgent, [early, urgent], nobody)).toBeUndefined()
    expect(aheadOf(early, [early, urgent], nobody)).toBe(urgent)
    expect(aheadOf(urgent, [early, urgent], new Set([early.id]))).toBe(early)
  })

  test('whoever has the turn is ahead, whatever the clocks say', () => {
    expect(aheadOf(early, [early, late], new Set([late.id]))).toBe(late)
  })

  test('only those that run are waited for', () => {
    expect(aheadOf(late, [{ ...early, state: 'awaiting-approval' }], nobody)).toBeUndefined()
  })
})
