import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { DefaultAzureCredential } from '@azure/identity'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { networks } from '../../../sandbox/estate.ts'
import { azureAccess, signIn } from '../../../src/azure/access.ts'
import type { Checkup } from '../../../src/domain/checkup.ts'
import { everyNeedOf, type Need } from '../../../src/domain/permissions.ts'
import type { Network } from '../../../src/domain/target.ts'
import { azureCheckup } from '../../../src/jobs/doctor/azure.ts'
import { type Bench, startBench } from '../sandbox/arm/clients.ts'
import { codesOf } from './run-doctor.ts'

/** Azure with every single permission missing in turn. */

const group = `/subscriptions/${networks.prodWestus3.subscription}/resourceGroups/rg-network/providers/Microsoft.Network/applicationSecurityGroups`
const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [`${group}/asg-data`], tags: {} }
const signal = new AbortController().signal
const needs = everyNeedOf(network)

let bench: Bench
let azure: Checkup
beforeAll(async () => {
  bench = await startBench()
  setDefaultCACertificates([...getCACertificates('default'), bench.ca])
  const credential = new DefaultAzureCredential()
  azure = azureCheckup(azureAccess(credential, bench.arm.url), (limit) => signIn(credential, limit), [network])
})
afterAll(async () => await bench[Symbol.asyncDispose]())
beforeEach(() => {
  bench.world.roles = rolesOf(needs)
})

/** Exactly these actions, each on its own scope. */
function rolesOf(granted: readonly Need[]) {
  return [...Map.groupBy(granted, ({ scope }) => scope)].map(([scope, all]) => ({
    scope,
    actions: all.map(({ action }) => action),
    notActions: [],
  }))
}

test('with exactly the actions that are needed all is well', async () => {
  expect(codesOf(await azure.run(signal))).toEqual([])
})

test.each(needs.map((need) => [need.action, need.scope.split('/').slice(-2).join('/'), need] as const))(
  'without %s on %s that is the one finding',
  async (action, _where, missing) => {
    bench.world.roles = rolesOf(needs.filter((need) => need !== missing))
    const findings = (await azure.run(signal)).filter(({ level }) => level !== 'ok')
    expect(codesOf(findings)).toEqual(['permission-missing'])
    expect(findings[0]?.text).toContain(`lacks ${action} on ${missing.scope}.`)
    expect(findings[0]?.remedy).toContain('azure-role.json')
    expect(findings[0]?.level).toBe(/\/(ALL|checkPolicyRestrictions)\/read$/.test(action) ? 'warn' : 'fail')
  },
)

test('without any role every scope is a finding that lists its actions', async () => {
  bench.world.roles = []
  const findings = (await azure.run(signal)).filter(({ level }) => level !== 'ok')
  for (const { action } of needs) expect(findings.map(({ text }) => text).join()).toContain(action)
  expect(new Set(codesOf(findings))).toEqual(new Set(['permission-missing']))
})

test('an application security group that is not there', async () => {
  bench.world.gate = async ({ path }, phase) =>
    phase === 'arrived' && path.includes('/applicationSecurityGroups/')
      ? { status: 404, body: { error: { code: 'ResourceNotFound', message: 'The Resource was not found.' } } }
      : undefined
  const findings = (await azure.run(signal)).filter(({ level }) => level !== 'ok')
  bench.world.gate = async () => undefined
  expect(codesOf(findings)).toEqual(['security-group-absent'])
  expect(findings[0]?.text).toContain('asg-data')
})

test('a resource group that is not there', async () => {
  const elsewhere: Network = { ...network, dns: { ...network.dns, resourceGroup: 'rg-nowhere' } }
  const credential = new DefaultAzureCredential()
  const checkup = azureCheckup(azureAccess(credential, bench.arm.url), (limit) => signIn(credential, limit), [elsewhere])
  const findings = (await checkup.run(signal)).filter(({ level }) => level !== 'ok')
  expect(codesOf(findings)).toEqual(['resource-group-absent'])
  expect(findings[0]?.remedy).toContain('correct subscription and resource group')
})
