import { expect, test } from 'vitest'
import { endpointName, linkName, networkInterfaceName, suffixFor } from '../../../src/domain/resource-names.ts'
import { service } from '../literals.ts'
import { planned } from './terraform/terraform-literals.ts'

const { network } = planned
const nameOf = (name: string) => endpointName({ ...service, name }, network)

test('a private endpoint’s name has at most 64 characters, and stays told from others', () => {
  expect(nameOf('analytics-prod')).toBe('pe-analytics-prod-prod-westus3')
  const long = 'Customer Facing Analytics Production Cluster West'
  expect(nameOf(`${long} 3`)).toMatch(/^pe-customer-facing-analytics-production-cluster-west-3[a-z0-9-]*-[0-9a-f]{8}$/)
  expect(nameOf(`${long} 3`).length).toBeLessThanOrEqual(64)
  expect(nameOf(`${'x'.repeat(70)}1`)).not.toBe(nameOf(`${'x'.repeat(70)}2`))
})

test('an endpoint that has to be told apart has a name and an interface of its own, the same each time', () => {
  const named = { ...network, endpoints: { name: 'ple-{service}', networkInterface: 'nic-{service}' } }
  const namesOf = (alias: string) => {
    const suffix = suffixFor(alias, named)
    return [endpointName(service, named, suffix), networkInterfaceName(service, named, suffix)]
  }
  expect(namesOf('one.alias')).toEqual(namesOf('One.Alias'))
  expect(namesOf('one.alias')).not.toEqual(namesOf('another.alias'))
  expect(namesOf('one.alias')).toEqual([
    expect.stringMatching(/^ple-.*-[0-9a-f]{8}$/),
    expect.stringMatching(/^nic-.*-[0-9a-f]{8}$/),
  ])
})

test('links of VNets of one name in two subscriptions are told apart in a zone that they share', () => {
  expect(linkName({ ...network, subscription: 'b0f7c1d2-3e4a-4b5c-8d6e-7f8091a2b3c4' })).toBe(
    'link-rg-network-vnet-prod-b0f7c1d2',
  )
})
