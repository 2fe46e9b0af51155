import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Call } from '../../sandbox/world.ts'
import { kinds, notes, type Office, openOffice } from './carry-out.ts'
import { writes } from './chat.ts'
import { firstSurvey, made, nothing, whole } from './house.ts'

/** Changes of an estate that is not empty: several services, and two requests at once. */

let office: Office | undefined
afterEach(async () => {
  await office?.close()
  office = undefined
})

async function open(): Promise<Office> {
  office = await openOffice()
  return office
}

describe('one endpoint for many', () => {
  test('several services at once, then one taken away, then all', async () => {
    const { sandbox, world, desk, carryOut, service } = await open()
    expect(await carryOut('analytics-prod billing-prod')).toMatchObject({
      state: 'done',
      outcome: { verdict: { code: 'healthy' } },
    })
    expect(made(sandbox)).toEqual(whole)
    expect(service('billing-prod').privateEndpointIds).toEqual(service('analytics-prod').privateEndpointIds)

    // What another service still uses is kept.
    const first = await desk.ask('analytics-prod', 'teardown')
    expect(kinds(first)).toEqual({
      'private-endpoint': 'none',
      'allow-list-removal': 'delete',
      'organization-entry-removal': 'none',
      'dns-record-removal': 'none',
      'network-link-removal': 'none',
      'dns-zone-removal': 'none',
      'private-endpoint-removal': 'none',
    })
    expect(notes(first)['private-endpoint-removal']).toBe('kept: billing-prod still uses the endpoint')
    await desk.approve(first)
    expect(await desk.settled(first.id, ['done', 'failed'])).toMatchObject({ state: 'done' })
    expect(made(sandbox)).toEqual({ ...whole, allowListEntries: 0 })

    expect(await carryOut('billing-prod', 'teardown')).toMatchObject({ state: 'done' })
    expect(made(sandbox)).toEqual(nothing)
    expect(world.organizations[0]?.privateEndpoints).toEqual([])
  })

  test('allow and revoke change the lists alone', async () => {
    const { sandbox, world, carryOut, service } = await open()
    await carryOut('analytics-prod')
    const before = world.calls.length
    expect(await carryOut('billing-prod', 'allow')).toMatchObject({ state: 'done', outcome: { verdict: { code: 'healthy' } } })
    expect(service('billing-prod').privateEndpointIds).toHaveLength(1)
    expect(await carryOut('billing-prod', 'allow')).toMatchObject({ state: 'nothing-to-do' })
    expect(await carryOut('billing-prod', 'revoke')).toMatchObject({ state: 'done' })
    expect(service('billing-prod').privateEndpointIds).toEqual([])
    expect(await carryOut('billing-prod', 'revoke')).toMatchObject({ state: 'nothing-to-do' })
    expect(made(sandbox)).toEqual(whole)
    const azureWrites = world.calls.slice(before).filter(({ vendor, method }) => vendor === 'arm' && method !== 'GET')
    expect(azureWrites.filter(({ path }) => !path.includes('checkPrivateLinkServiceVisibility'))).toEqual([])
  })

  test('how many calls a first setup, a reuse and one with nothing to do take', async () => {
    const { sandbox, world, carryOut, service } = await open()
    await firstSurvey(sandbox)
    // The background may read the list of services, other services' names and the key meanwhile.
    const own = new RegExp(`/organizations/[^/]+(/services/(${service('analytics-prod').id}|${service('billing-prod').id}).*)?$`)
    const calls = async (services: string) => {
      const [before, earlier] = [world.calls.length, writes(sandbox).length]
      const { state } = await carryOut(services)
      const made = world.calls.slice(before)
      const of = (whose: Call['vendor']) => made.filter(({ vendor }) => vendor === whose)
      return {
        state,
        written: writes(sandbox).slice(earlier),
        clickhouse: of('clickhouse').filter(({ path }) => own.test(path)).length,
        azure: of('arm').length,
      }
    }
    const first = await calls('analytics-prod')
    expect(first).toMatchObject({ state: 'done' })
    expect(first.written.map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['arm', 'clickhouse']))
    expect(first.written).toHaveLength(6)
    expect(first.clickhouse).toBeLessThanOrEqual(7)
    // Azure gives 250 reads at once; how many it takes depends on how long there is something to wait for.
    expect(first.azure).toBeLessThan(125)

    expect(await calls('analytics-prod')).toMatchObject({ state: 'nothing-to-do', written: [] })
    const reuse = await calls('billing-prod')
    expect(reuse).toMatchObject({ state: 'done', written: [expect.stringMatching(/^clickhouse PATCH .*services/)] })
    expect(reuse.clickhouse).toBeLessThanOrEqual(8)
  })

  test('allow without an endpoint says to run setup', async () => {
    const { carryOut } = await open()
    expect((await carryOut('analytics-prod', 'allow')).outcome?.problem).toMatchObject({
      code: 'endpoint-absent',
      remedy: 'Run setup analytics-prod in prod-westus3 first.',
    })
  })
})

test('two setups of one network at once run one after the other, changes of two services’ lists side by side', async () => {
  const { sandbox, world, desk, service } = await open()
  const [first, second] = [await desk.ask('analytics-prod'), await desk.ask('billing-prod')]
  await Promise.all([desk.approve(first), desk.approve(second)])
  const waiting = await Promise.any([first, second].map(({ id }) => desk.until(id, ({ waitsFor }) => waitsFor !== undefined)))
  expect([first.id, second.id]).toContain(waiting.waitsFor)
  const ends = await Promise.all([first, second].map(({ id }) => desk.settled(id, ['done', 'failed', 'awaiting-approval'])))
  expect(ends.map(({ state }) => state).toSorted()).toEqual(['awaiting-approval', 'done'])
  const again = ends.find(({ state }) => state === 'awaiting-approval')
  expect(world.endpoints.size).toBe(1)
  if (again !== undefined) await desk.approve(again)
  await desk.settled(again?.id ?? '', ['done'])
  expect(made(sandbox)).toEqual(whole)
  expect(service('billing-prod').privateEndpointIds).toEqual(service('analytics-prod').privateEndpointIds)

  // Each is held until the other has come as far: neither waits for the other's end.
  const both = [await desk.ask('billing-prod', 'revoke'), await desk.ask(service('twin').id, 'allow')]
  const arrived = new Set<string>()
  world.gate = async ({ method, path }, phase) => {
    if (phase !== 'arrived' || method !== 'PATCH' || !path.includes('/services/')) return undefined
    arrived.add(path)
    while (arrived.size < 2) await sleep(10)
    return undefined
  }
  await Promise.all(both.map((request) => desk.approve(request)))
  await Promise.all(both.map(({ id }) => desk.settled(id, ['done'])))
  expect(arrived.size).toBe(2)
})
