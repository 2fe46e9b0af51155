import { expect, test } from 'vitest'
import { one } from '../../../../src/jobs/services/inventory.ts'
import { service } from '../../literals.ts'

const twinA = { ...service, id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'twin' }
const twinB = { ...twinA, id: 'aaaaaaaa-0000-4000-8000-000000000002', organizationId: 'o2', organizationName: 'globex' }
const services = [service, twinA, twinB]

test('by name, by id, by organization', () => {
  expect(one(services, { service: 'Analytics-Prod' })).toBe(service)
  expect(one(services, { service: twinB.id })).toBe(twinB)
  expect(one(services, { service: 'twin', organization: 'globex' })).toBe(twinB)
})

test('an unknown name suggests the nearest', () => {
  expect(() => one(services, { service: 'analytcs-prod' })).toThrow(
    '"analytcs-prod" is not a service of acme or globex. Did you mean analytics-prod?',
  )
  expect(() => one(services, { service: 'zzzzzzzzzzzz' })).toThrow(/is not a service of acme or globex\.$/)
  expect(() => one([], { service: 'x' })).toThrow('"x" is not a service of any organization.')
})

test('two of one name are named, with how to say which', () => {
  expect(() => one(services, { service: 'twin' })).toThrow(
    `2 services are called twin: acme/${twinA.id} (westus3), globex/${twinB.id} (westus3).`,
  )
})
