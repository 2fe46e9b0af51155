import { expect, test } from 'vitest'
import { type Action, type Asked, newRequest } from '../../../src/domain/request.ts'
import { asksForTheSame } from '../../../src/domain/same-request.ts'
import { alice, bob } from '../literals.ts'

function request(changes: Partial<Asked> = {}, action: Action = 'setup', undoes?: string) {
  const place = { surface: 'slack', id: 'C1' } as const
  const services = [{ service: 'B' }, { service: 'a' }]
  return newRequest('PL-1', { by: alice, place, at: '2026-01-01', services, network: 'prod', ...changes }, action, undoes)
}

test('the order of the services, the case of names, and where and when it was asked do not matter', () => {
  const services = [{ service: 'A' }, { service: 'b' }]
  const place = { surface: 'teams', id: '19:x' } as const
  expect(asksForTheSame(request(), request({ services, network: 'PROD', place, at: '2026-01-02' }))).toBe(true)
})

test.each([
  ['person', request({ by: bob })],
  ['network', request({ network: 'dev' })],
  ['services', request({ services: [{ service: 'a' }] })],
  ['organization', request({ services: [{ service: 'B' }, { organization: 'acme', service: 'a' }] })],
  ['reason', request({ reason: 'BI moves' })],
  ['action', request({}, 'allow')],
  ['undone request', request({}, 'setup', 'PL-0')],
])('another %s is another request', (_, other) => {
  expect(asksForTheSame(request(), other)).toBe(false)
})
