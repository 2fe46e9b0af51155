import { describe, expect, test } from 'vitest'
import { type Action, newRequest, type Request } from '../../src/domain/request.ts'
import { aheadOf, collide } from '../../src/domain/turns.ts'
import { alice, bob, plan } from './literals.ts'

function applying(
  id: string,
  action: Action,
  service: string,
  { network = 'prod', at = '2026-01-01T12:00:00.000Z' } = {},
): Request {
  const asked = { by: alice, place: { surface: 'slack', id: 'C1' }, at, services: [{ service }], network } as const
  const [reached] = plan.services
  const services = [{ ...reached, service: { ...reached.service, id: service } }] as const
  return {
    ...newRequest(id, asked, action),
    state: 'applying',
    plan: { ...plan, services },
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

  test('networks do not touch each other', () => {
    expect(collide(applying('PL-1', 'setup', 'a'), applying('PL-2', 'setup', 'a', { network: 'staging' }))).toBe(false)
  })
})

describe('aheadOf', () => {
  const early = applying('PL-9', 'setup', 'a', { at: '2026-01-01T12:00:00.000Z' })
  const late = applying('PL-1', 'setup', 'b', { at: '2026-01-01T12:00:01.000Z' })

  test('who was approved first goes first, and nobody waits for each other', () => {
    expect(aheadOf(late, [early, late])).toBe(early)
    expect(aheadOf(early, [early, late])).toBeUndefined()
    const same = applying('PL-2', 'setup', 'b', { at: '2026-01-01T12:00:01.000Z' })
    expect([aheadOf(late, [late, same]), aheadOf(same, [late, same])]).toEqual([undefined, late])
  })

  test('only those that run are waited for', () => {
    expect(aheadOf(late, [{ ...early, state: 'awaiting-approval' }])).toBeUndefined()
  })
})
