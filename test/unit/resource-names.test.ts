import { expect, test } from 'vitest'
import { endpointName } from '../../src/domain/resource-names.ts'
import { service } from './literals.ts'
import { planned } from './terraform-literals.ts'

const { network } = planned
const nameOf = (name: string) => endpointName({ ...service, name }, network)

test('a private endpoint’s name has at most 64 characters, and stays told from others', () => {
  expect(nameOf('analytics-prod')).toBe('pe-analytics-prod-prod-westus3')
  const long = 'Customer Facing Analytics Production Cluster West'
  expect(nameOf(`${long} 3`)).toMatch(/^pe-customer-facing-analytics-production-cluster-west-3[a-z0-9-]*-[0-9a-f]{8}$/)
  expect(nameOf(`${long} 3`).length).toBeLessThanOrEqual(64)
  expect(nameOf(`${'x'.repeat(70)}1`)).not.toBe(nameOf(`${'x'.repeat(70)}2`))
})
