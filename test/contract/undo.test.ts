import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import type { Listing } from '../../src/domain/request.ts'
import type { StepContext, Undoing } from '../../src/jobs/steps/step.ts'
import {
  askedAt,
  capture,
  carryOut,
  changing,
  type Estate,
  endpointIn,
  network,
  openWorkshop,
  serviceIn,
  snapshot,
  type Workshop,
  zoneIn,
} from './step-fixture.ts'

/** An undo takes back what the journal of its request says, thing by thing, and nothing that was there before or came afterwards. */

let workshop: Workshop
let world: World
let empty: unknown
let whole: Estate
const journal: Listing[] = []

beforeAll(async () => {
  workshop = await openWorkshop()
  world = workshop.world
  empty = snapshot(world)
  await carryOut('setup', workshop.context({ noteListed: async (listing) => void journal.push(listing) }))
  whole = capture(world)
})
afterAll(async () => await workshop.close())
beforeEach(() => whole.restore(world))

const made = new Set(changing('setup').map(({ id }) => id))

async function undo(more: Partial<Undoing> = {}, names: readonly string[] = ['analytics-prod']): Promise<void> {
  const changes: Partial<StepContext> = { undoing: { request: 'PL-1', askedAt, made, listed: journal, ...more } }
  await carryOut('teardown', workshop.about(names, network, changes))
}

test('the journal names every id that is put on a list', () => {
  const { organizationId, id } = serviceIn(world, 'analytics-prod')
  const ids = [endpointIn(world).resourceGuid]
  expect(journal).toEqual([
    { list: organizationId, ids },
    { list: id, ids },
  ])
})

test('all of it goes', async () => {
  await undo()
  expect(snapshot(world)).toEqual(empty)
})

test('also where setup got no further than the record, before the zone was linked', async () => {
  zoneIn(world).links.clear()
  await undo()
  expect(snapshot(world)).toEqual(empty)
})

test('the ids go also where somebody has deleted the endpoint', async () => {
  world.endpoints.clear()
  await undo()
  expect(snapshot(world)).toEqual(empty)
})

test('an entry in the other form, which was there before, stays, and so does the endpoint that it names', async () => {
  const { id, resourceGuid } = endpointIn(world)
  serviceIn(world, 'analytics-prod').privateEndpointIds = [id, resourceGuid, 'theirs']
  await undo()
  expect(serviceIn(world, 'analytics-prod').privateEndpointIds).toEqual([id, 'theirs'])
  expect(world.endpoints.size).toBe(1)
  expect(zoneIn(world).records.has('a/*')).toBe(true)
})

test('what another request has put on the list of the same service stays, with all that it needs', async () => {
  const before = snapshot(world)
  await undo({ listed: [] })
  expect(snapshot(world)).toEqual(before)
})

test('an entry of the organization that somebody else described stays', async () => {
  const [entry] = world.organizations[0]?.privateEndpoints ?? []
  if (entry !== undefined) entry.description = 'by hand'
  await undo()
  expect(world.organizations[0]?.privateEndpoints).toMatchObject([{ description: 'by hand' }])
  expect(world.endpoints.size).toBe(0)
})

test('of two services with one name only the list that the journal names is changed', async () => {
  const service = serviceIn(world, 'analytics-prod')
  const twin = { ...service, id: '99999999-0b3f-4a5d-8c7e-6f5a4b3c2d10', privateEndpointIds: [endpointIn(world).resourceGuid] }
  world.services.push(twin)
  try {
    await undo()
    expect(twin.privateEndpointIds).toHaveLength(1)
    expect(service.privateEndpointIds).toEqual([])
    expect(world.endpoints.size).toBe(1)
  } finally {
    world.services.pop()
  }
})
