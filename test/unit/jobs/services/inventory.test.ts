import { expect, test } from 'vitest'
import { onlyService } from '../../../../src/jobs/services/inventory.ts'
import { service } from '../../literals.ts'

const twinA = { ...service, id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'twin' }
const twinB = { ...twinA, id: 'aaaaaaaa-0000-4000-8000-000000000002', organizationId: 'o2', organizationName: 'globex' }
const services = [service, twinA, twinB]

test('by name, by id, by organization', () => {
  expect(onlyService(services, { service: 'Analytics-Prod' })).toBe(service)
  expect(onlyService(services, { service: twinB.id })).toBe(twinB)
  expect(onlyService(services, { service: 'twin', organization: 'globex' })).toBe(twinB)
})

test('an unknown name suggests the nearest', () => {
  expect(() => onlyService(services, { service: 'analytcs-prod' })).toThrow(
    '"analytcs-prod" is not a service of acme or globex. Did you mean analytics-prod?',
  )
  expect(() => onlyService(services, { service: 'zzzzzzzzzzzz' })).toThrow(/is not a service of acme or globex\.$/)
  expect(() => onlyService([], { service: 'x' })).toThrow('"x" is not a service of any organization.')
})

test('two of one name are named, with how to say which', () => {
  expect(() => onlyService(services, { service: 'twin' })).toThrow(
    `2 services are called twin: acme/${twinA.id} (westus3), globex/${twinB.id} (westus3).`,
  )
})
