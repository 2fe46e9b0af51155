import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import { procedures } from '../../src/jobs/steps/procedure.ts'
import type { Step } from '../../src/jobs/steps/step.ts'
import { holdSteps, scenario, stage } from './step-contract.ts'
import {
  capture,
  carryOut,
  changing,
  type Estate,
  observe,
  openWorkshop,
  seeBefore,
  snapshot,
  type Workshop,
} from './step-fixture.ts'

/** The contract of steps, and what each owes to what it did not make. */

let workshop: Workshop
let world: World
let whole: Estate

const setup = scenario('setup of an empty estate', 'setup', ['organization-entry-removal'])
const revoke = scenario('revoke', 'revoke', ['private-endpoint'])
const allow = scenario('allow of an endpoint that no list names', 'allow', ['private-endpoint'])
const teardown = scenario('teardown', 'teardown', ['private-endpoint'])

beforeAll(async () => {
  workshop = await openWorkshop()
  world = workshop.world
  await stage(workshop, setup)
  whole = capture(world)
  for (const each of [revoke, allow, teardown]) await stage(workshop, each)
})
afterAll(async () => await workshop.close())

holdSteps([setup, revoke, allow, teardown], () => workshop)

describe('what others made', () => {
  /** The same estate, made by somebody else. */
  function furnishForeign(): void {
    whole.restore(world)
    for (const endpoint of world.endpoints.values()) endpoint.tags = { owner: 'hub' }
    for (const zone of world.zones.values()) {
      zone.tags = { owner: 'hub' }
      for (const record of zone.records.values()) record.metadata = {}
      for (const link of zone.links.values()) link.tags = { owner: 'hub' }
    }
    for (const { privateEndpoints } of world.organizations) {
      for (const entry of privateEndpoints) entry.description = 'theirs'
    }
  }

  test('setup uses it as it is', async () => {
    furnishForeign()
    const before = snapshot(world)
    await carryOut('setup', workshop.context())
    expect(snapshot(world)).toEqual(before)
  })

  test('teardown takes away only the entry of the list, which is what it was asked for', async () => {
    furnishForeign()
    const before = snapshot(world) as { lists: unknown }
    const others = procedures.teardown.filter(({ id }) => id !== 'allow-list-removal')
    const context = workshop.context()
    for (const step of others) expect((await observe(step, context)).change).toEqual({ kind: 'none' })
    await carryOut('teardown', workshop.context())
    expect({ ...(snapshot(world) as object), lists: before.lists }).toEqual(before)
    expect(world.services.flatMap(({ privateEndpointIds }) => privateEndpointIds)).toEqual([])
  })

  test('an undo takes back only what the request made that it undoes', async () => {
    whole.restore(world)
    const before = snapshot(world)
    const undoing = { request: 'PL-2', made: new Set(changing('setup').map(({ id }) => id)), listed: [] }
    const context = workshop.context({ undoing: { ...undoing, made: new Set() } })
    await carryOut('teardown', context)
    expect(snapshot(world)).toEqual(before)
    // Marked as made by another request, also where the journal would say otherwise.
    for (const step of changing('teardown')) {
      if (['private-endpoint-removal', 'dns-zone-removal', 'dns-record-removal', 'network-link-removal'].includes(step.id)) {
        const eyes = workshop.context({ undoing })
        await seeBefore('teardown', eyes, step)
        expect((await observe(step, eyes)).change.kind).toBe('none')
      }
    }
  })

  test.each([true, false])('a foreign record in the way is blocked, not overwritten (wildcard: %s)', async (wildcard) => {
    whole.restore(world)
    const [zone] = world.zones.values()
    const record = zone?.records.get('a/*')
    if (zone === undefined || record === undefined) throw new Error('no record')
    const foreign = { ...record, addresses: ['127.12.0.99'], metadata: { owner: 'hub' } }
    zone.tags = { costCenter: '4711' }
    if (wildcard) zone.records.set('a/*', foreign)
    else zone.records.set('a/q7k3m9x2wb', { ...foreign, name: 'q7k3m9x2wb' })
    const before = snapshot(world)
    await carryOut('setup', workshop.context()).catch(() => undefined)
    const context = workshop.context()
    const step = changing('setup').find(({ id }) => id === 'dns-record') as Step
    await seeBefore('setup', context, step)
    expect((await observe(step, context)).change).toMatchObject({
      kind: 'blocked',
      reason: expect.stringMatching(/\(owner=hub; its zone in rg-dns: costCenter=4711\)/),
    })
    expect(snapshot(world)).toEqual(before)
  })
})
