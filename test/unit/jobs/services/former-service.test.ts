import { expect, test } from 'vitest'
import { networks } from '../../../../sandbox/estate.ts'
import type { Network } from '../../../../src/domain/target.ts'
import { formerService } from '../../../../src/jobs/services/former-service.ts'
import { samples } from '../../../sample-requests.ts'

const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [], tags: {} }
const { plan } = samples.done
const [reached] = plan?.services ?? []
if (plan === undefined || reached === undefined) throw new Error('no plan')
const { id, name, organizationName } = reached.service
const older = { ...samples.done, plan: { ...plan, alias: 'older' } }
const { plan: _, ...unplanned } = samples.done
const gone = { ...reached, service: { ...reached.service, name: 'long-gone' } }
const removed = { network: network.name, alias: 'removed', services: [gone] } as const
const ledger = { newest: async () => [unplanned, samples.done, older], traces: async () => [removed] }
const find = (service: string, organization?: string, from = network) =>
  formerService({ service, ...(organization !== undefined && { organization }) }, from, ledger)

test('the newest request that has planned for the service in this network names it', async () => {
  const known = { ...reached, alias: plan.alias }
  expect(await find(name.toUpperCase())).toEqual(known)
  expect(await find(id, organizationName)).toEqual(known)
})

test('a service that only a removed request has made something for is found by what stays of that', async () => {
  expect(await find('long-gone')).toEqual({ ...gone, alias: 'removed' })
})

test('another name, organization or network is none', async () => {
  expect(await find(`${name}x`)).toBeUndefined()
  expect(await find(name, 'another')).toBeUndefined()
  expect(await find(name, undefined, { ...network, name: 'elsewhere' })).toBeUndefined()
})
