import { afterEach, describe, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import { requestCard } from '../../src/bot/cards/request/request-card.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { StepProgress } from '../../src/domain/request.ts'
import { apply } from '../../src/jobs/requests/apply.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import { samples } from '../sample-requests.ts'
import { afterSetup } from './after-setup.ts'
import { endpointIn, network, serviceIn, type Workshop, zoneIn } from './step-fixture.ts'

/** What Azure refuses to delete for good is kept and named; the rest of a removal, above all the endpoint, which costs money, goes on. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})
afterEach(() => {
  world.locks.length = 0
})

interface TornDown {
  readonly plan: Plan
  readonly steps: Readonly<Record<string, StepProgress>>
  readonly card: string
}

async function tearDown(): Promise<TornDown> {
  const plan = await makePlan('teardown', workshop.context())
  const { outcome: _, ...done } = samples.done
  const steps: Record<string, StepProgress> = {}
  await apply({
    plan,
    request: { ...done, action: 'teardown', steps: {} },
    context: workshop.about(['analytics-prod'], network, { approved: plan }),
    now: () => new Date().toISOString(),
    record: async (id, progress) => {
      steps[id] = progress
    },
  })
  const request = { ...done, action: 'teardown' as const, plan, steps, outcome: {} }
  return { plan, steps, card: JSON.stringify(requestCard(request, { decides: true })) }
}

const lock = (scope: string) => void world.locks.push({ scope, level: 'CanNotDelete' })

describe('a teardown keeps and names', () => {
  test('a locked record: link and endpoint go all the same', async () => {
    const scope = `${zoneIn(world).id}/A/*`
    lock(scope)
    const { steps, card } = await tearDown()
    expect(world.endpoints.size).toBe(0)
    expect(serviceIn(world, 'analytics-prod').privateEndpointIds).toEqual([])
    expect([zoneIn(world).records.has('a/*'), zoneIn(world).links.size]).toEqual([true, 0])
    expect(steps['dns-record-removal']).toMatchObject({ state: 'done', kept: true, note: expect.stringContaining(scope) })
    expect(steps['dns-zone-removal']).toMatchObject({ state: 'done', kept: true })
    expect(steps['private-endpoint-removal']?.kept).toBeUndefined()
    expect(card).toContain(`locked: '${scope}'`)
  })

  test('a locked link, and the zone with it', async () => {
    lock(zoneIn(world).links.values().next().value?.id ?? '')
    const { steps } = await tearDown()
    expect(world.endpoints.size).toBe(0)
    expect([zoneIn(world).records.size, zoneIn(world).links.size]).toEqual([0, 1])
    expect(steps['network-link-removal']).toMatchObject({ kept: true, note: expect.stringContaining('ScopeLocked') })
    expect(steps['dns-zone-removal']).toMatchObject({ kept: true, note: 'kept: Azure did not let go of its link' })
  })

  test('a zone with something nested that no list shows', async () => {
    zoneIn(world).hiddenChild = 'Microsoft.Network/privateDnsZones/z/virtualNetworkLinks/of-somebody'
    const { steps, card } = await tearDown()
    expect(world.endpoints.size).toBe(0)
    expect(steps['dns-zone-removal']).toMatchObject({
      kept: true,
      note: expect.stringContaining('virtualNetworkLinks/of-somebody'),
    })
    expect(card).toContain('CannotDeleteResource')
  })

  test('a locked endpoint, after all else is gone', async () => {
    lock(endpointIn(world).id)
    const { steps } = await tearDown()
    expect(world.zones.size).toBe(0)
    expect(steps['private-endpoint-removal']).toMatchObject({ kept: true, note: expect.stringContaining(endpointIn(world).id) })
  })

  test.each([
    ['in other letters', { code: 'scopeLocked', message: 'locked at /subscriptions/s' }],
    [
      'inside another refusal',
      { code: 'Conflict', message: 'No.', details: [{ code: 'ScopeLocked', message: 'locked at /subscriptions/s' }] },
    ],
  ])('what Azure refuses %s, whatever it is', async (_how, error) => {
    const inDns = ({ method, path }: { method: string; path: string }) =>
      method === 'DELETE' && path.includes('/privateDnsZones/')
    world.gate = async (call, phase) => (phase === 'arrived' && inDns(call) ? { status: 409, body: { error } } : undefined)
    const { steps } = await tearDown()
    world.gate = async () => undefined
    expect(world.endpoints.size).toBe(0)
    for (const id of ['dns-record-removal', 'network-link-removal', 'dns-zone-removal'])
      expect(steps[id]).toMatchObject({ state: 'done', kept: true })
    expect(steps['dns-record-removal']?.note).toContain('locked at /subscriptions/s')
  })

  test('all of a locked subscription, the endpoint too', async () => {
    lock(`/subscriptions/${network.subscription}`)
    const { steps, card } = await tearDown()
    expect(serviceIn(world, 'analytics-prod').privateEndpointIds).toEqual([])
    expect([world.endpoints.size, zoneIn(world).records.size, zoneIn(world).links.size]).toEqual([1, 1, 1])
    expect(steps['private-endpoint-removal']).toMatchObject({ state: 'done', kept: true })
    expect(card).toContain(`locked: '/subscriptions/${network.subscription}'`)
  })

  test('all of a locked resource group', async () => {
    lock(`/subscriptions/${network.subscription}/resourceGroups/${network.dns.resourceGroup}`)
    await tearDown()
    expect([world.endpoints.size, zoneIn(world).records.size, zoneIn(world).links.size]).toEqual([0, 1, 1])
  })
})

test('what is gone is not said to be kept, nor that somebody else made it', async () => {
  const { steps, card } = await tearDown()
  expect(Object.values(steps).flatMap(({ kept, note }) => [kept ?? [], note?.startsWith('kept') ? note : []].flat())).toEqual([])
  expect(card).not.toContain('not made by this bot')
  const again = await makePlan('teardown', workshop.context())
  expect(again.steps.filter(({ note }) => note?.startsWith('kept'))).toEqual([])
})
