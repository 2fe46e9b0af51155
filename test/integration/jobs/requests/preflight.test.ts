import { afterAll, beforeAll, expect, test } from 'vitest'
import { organizationId } from '../../../../sandbox/estate.ts'
import type { AzureAccess } from '../../../../src/azure/access.ts'
import { TerminalError } from '../../../../src/domain/errors.ts'
import type { Survey } from '../../../../src/domain/survey.ts'
import { vnetId } from '../../../../src/domain/target.ts'
import { preflight } from '../../../../src/jobs/requests/preflight.ts'
import { makePlan } from '../../../../src/jobs/steps/procedure.ts'
import { createLog } from '../../../../src/log.ts'
import { openWorkshop, type Workshop } from '../../../contract/step-fixture.ts'

let workshop: Workshop
beforeAll(async () => {
  workshop = await openWorkshop()
})
afterAll(async () => await workshop.close())

const log = createLog('test')
log.level = 'silent'
const open: AzureAccess = {
  permissions: async () => [{ actions: ['*'], notActions: [] }],
  virtualNetwork: async () => ({ location: 'westus3', subnets: ['endpoints'] }),
  refusingPolicies: async () => [],
  sees: async () => true,
}

async function look({ access = open, survey }: { access?: AzureAccess; survey?: Survey } = {}): Promise<unknown> {
  const context = workshop.context()
  const plan = await makePlan('setup', context)
  return await preflight(plan, context, { access, survey: { read: async () => survey }, log }).catch((error: unknown) => error)
}

test('a scope that cannot be asked hides nothing of the others', async () => {
  const vnet = vnetId(workshop.context().target.network)
  const permissions: AzureAccess['permissions'] = async (scope) => {
    if (scope === vnet) throw new TerminalError('InvalidResourceType', 'not known here', { remedy: '' })
    return [{ actions: ['*'], notActions: ['Microsoft.Network/privateEndpoints/write'] }]
  }
  expect(await look({ access: { ...open, permissions } })).toMatchObject({
    code: 'permission-missing',
    message: expect.stringContaining('lacks Microsoft.Network/privateEndpoints/write on /subscriptions/'),
  })
})

test('a resource group that is not there is told before anybody is asked', async () => {
  const permissions: AzureAccess['permissions'] = async (scope) => {
    if (scope.endsWith('/rg-dns')) throw new TerminalError('ResourceGroupNotFound', 'none', { remedy: '' })
    return [{ actions: ['*'], notActions: [] }]
  }
  expect(await look({ access: { ...open, permissions } })).toMatchObject({
    code: 'resource-group-absent',
    message: expect.stringMatching(/^Azure does not find \/subscriptions\/[^/]+\/resourceGroups\/rg-dns\.$/),
  })
})

test('a subnet that is not among those of the VNet stops the plan, one of which Azure tells nothing does not', async () => {
  const telling = (subnets?: readonly string[]): AzureAccess => ({
    ...open,
    virtualNetwork: async () => ({ location: 'westus3', ...(subnets && { subnets }) }),
  })
  expect(await look({ access: telling(['apps']) })).toMatchObject({ code: 'subnet-absent' })
  expect(await look({ access: telling() })).toBeUndefined()
})

test('a policy that forbids the zone is told before anybody is asked; one that cannot be read stops nobody', async () => {
  const asked: unknown[] = []
  const refusingPolicies: AzureAccess['refusingPolicies'] = async (resource) => {
    asked.push(resource)
    return [{ name: 'deny-zones', scope: '/subscriptions/s', reason: 'ask the hub' }]
  }
  expect(await look({ access: { ...open, refusingPolicies } })).toBeUndefined()
  expect(asked).toEqual([])
  const naming: AzureAccess = {
    ...open,
    permissions: async () => [{ actions: ['*', 'Microsoft.PolicyInsights/checkPolicyRestrictions/read'], notActions: [] }],
  }
  expect(await look({ access: { ...naming, refusingPolicies } })).toMatchObject({
    code: 'RequestDisallowedByPolicy',
    message:
      'The policy “deny-zones” forbids to create the private DNS zone westus3.privatelink.azure.clickhouse.cloud in rg-dns: ask the hub.',
    remedy: expect.stringMatching(/owner of the policy \(assigned at \/subscriptions\/s\).*point `dns` of the network/),
  })
  expect(asked).toMatchObject([
    { resourceGroup: 'rg-dns', location: 'global', tags: { managedBy: 'privatelink-bot', team: 'data' } },
  ])
  const failing: AzureAccess = { ...naming, refusingPolicies: async () => Promise.reject(new Error('HTTP 403')) }
  expect(await look({ access: failing })).toBeUndefined()
})

test('a key of which nothing is known yet is judged before anybody is asked', async () => {
  const [key] = workshop.world.organizations[0]?.keys ?? []
  if (key === undefined) throw new Error('no key')
  key.role = 'developer'
  expect(await look()).toMatchObject({ code: 'key-without-admin' })
  key.role = 'admin'
  expect(await look()).toBeUndefined()
})

test('a key that is known to have the role costs no call', async () => {
  const calls = () => workshop.world.calls.filter(({ path }) => path.includes('/keys')).length
  const before = calls()
  const at = new Date().toISOString()
  const judged = { readAt: at, networks: [], rows: [], unread: [], names: {} }
  expect(await look({ survey: { ...judged, keys: { readAt: at, withoutAdmin: [] } } })).toBeUndefined()
  expect(calls()).toBe(before)
  await look({ survey: { ...judged, keys: { readAt: at, withoutAdmin: [organizationId] } } })
  expect(calls()).toBe(before + 1)
})
