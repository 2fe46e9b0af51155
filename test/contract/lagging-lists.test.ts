import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import type { Plan, StepId } from '../../src/domain/plan.ts'
import type { StepProgress } from '../../src/domain/request.ts'
import { vnetId } from '../../src/domain/target.ts'
import { apply } from '../../src/jobs/requests/apply.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import type { StepContext } from '../../src/jobs/steps/step.ts'
import { samples } from '../sample-requests.ts'
import { applyUntil, capture, changesOf, type Estate, endpointIn, openWorkshop, type Workshop, zoneIn } from './step-fixture.ts'

/** Azure's lists lack what was just made, and show what was just deleted, for minutes; a resource by its id is current. */

let workshop: Workshop
let world: World
let empty: Estate
beforeAll(async () => {
  workshop = await openWorkshop()
  world = workshop.world
  world.latencies.listLag = 100_000
  empty = capture(world)
})
beforeEach(() => empty.restore(world))
afterAll(async () => await workshop.close())

/** Link, record and list are ready at different times; what one run has not ended the next one does. */
async function setup(changes: Partial<StepContext> = {}): Promise<ReadonlyMap<StepId, StepProgress>> {
  const context = (more: Partial<StepContext> = {}) => workshop.context({ ...changes, ...more })
  const runs = new Map<StepId, StepProgress>()
  for (const last of ['network-link', 'dns-record', 'allow-list'] as const) {
    for (const [id, progress] of await applyUntil(last, 'setup', context))
      if (runs.get(id)?.state !== 'done') runs.set(id, progress)
  }
  return runs
}

async function tearDown(): Promise<Plan> {
  const plan = await makePlan('teardown', workshop.context())
  const { outcome: _, ...done } = samples.done
  await apply({
    plan,
    request: { ...done, action: 'teardown', steps: {} },
    context: workshop.context({ approved: plan }),
    now: () => new Date().toISOString(),
    record: async () => undefined,
  })
  return plan
}

test('a setup sees what it has made, and a second one makes nothing twice', async () => {
  expect(Object.fromEntries([...(await setup())].map(([id, { state }]) => [id, state]))).toMatchObject({
    'private-endpoint': 'done',
    'dns-zone': 'done',
    'dns-record': 'done',
    'network-link': 'done',
  })
  expect(changesOf(await makePlan('setup', workshop.context()))).toEqual({})
  expect([world.endpoints.size, world.zones.size, zoneIn(world).links.size]).toEqual([1, 1, 1])
}, 60_000)

test('a setup for another service finds the endpoint that an earlier request has made', async () => {
  await setup()
  const { id, resourceGuid } = endpointIn(world)
  const plan = await makePlan('setup', workshop.about(['billing-prod'], undefined, { knownEndpoints: async () => [id] }))
  expect(changesOf(plan)).not.toHaveProperty('private-endpoint')
  expect(JSON.stringify(plan)).toContain(resourceGuid)
}, 60_000)

test('a teardown is done, and a setup after it makes all anew', async () => {
  await setup()
  expect(changesOf(await tearDown())).toHaveProperty('private-endpoint-removal')
  expect([world.endpoints.size, world.zones.size]).toEqual([0, 0])
  expect(changesOf(await makePlan('teardown', workshop.context()))).toEqual({})
  expect((await setup()).get('network-link')).toMatchObject({ state: 'done', changed: true })
  expect([world.endpoints.size, world.zones.size]).toEqual([1, 1])
}, 60_000)

test('a wider zone whose link is deleted, and listed still, hides nothing any more', async () => {
  const name = 'privatelink.azure.clickhouse.cloud'
  const { clouds, target, signal } = workshop.context()
  const id = `/subscriptions/${target.network.subscription}/resourceGroups/rg-network/providers/Microsoft.Network/privateDnsZones/${name}`
  const record = { type: 'A', name: 'other.westus3', ttl: 60, addresses: ['10.9.9.9'], metadata: {}, etag: 'r' }
  const link = {
    id: `${id}/virtualNetworkLinks/theirs`,
    name: 'theirs',
    virtualNetworkId: vnetId(target.network),
    state: 'Completed' as const,
  }
  // It was there long before, so that only what is deleted is late.
  world.zones.set(id.toLowerCase(), {
    ...{ id, name, tags: {}, etag: 'z', provisioningState: 'Succeeded', records: new Map([['a/other.westus3', record]]) },
    links: new Map([['theirs', { ...link, registrationEnabled: false, tags: {}, etag: 'l' }]]),
  })
  expect((await makePlan('setup', workshop.context())).warnings).toHaveLength(1)
  const [zone] = await clouds.dns.zones(name, target.network, signal)
  if (zone?.link === undefined) throw new Error('no link')
  await clouds.dns.deleteLink(zone, zone.link, signal)
  const listed = clouds.dns.forReport(signal)
  expect((await listed.zones(name, target.network, signal))[0]?.link).toBeDefined()
  expect((await clouds.dns.zones(name, target.network, signal))[0]?.link).toBeUndefined()
  expect((await makePlan('setup', workshop.context())).warnings).toBeUndefined()
}, 60_000)
