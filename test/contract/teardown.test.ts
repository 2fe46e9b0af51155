import { expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import { apply } from '../../src/jobs/requests/apply.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import { samples } from '../sample-requests.ts'
import { afterSetup } from './after-setup.ts'
import { endpointIn, isWrite, network, serviceIn, type Workshop } from './step-fixture.ts'

/** A teardown as a job carries it out; somebody puts the endpoint on another service's list meanwhile: what that service needs, and is still there, is kept. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

/** Carries a teardown out, and lists the endpoint for billing-prod when the call has had its effect; the notes of the steps. */
async function tearDown(method: string, path: RegExp, form: 'id' | 'resourceGuid'): Promise<Readonly<Record<string, string>>> {
  const listed = endpointIn(world)[form]
  const approved = await makePlan('teardown', workshop.context())
  world.gate = async (call, phase) => {
    const ids = serviceIn(world, 'billing-prod').privateEndpointIds
    if (call.method === method && path.test(call.path) && phase === 'answered' && ids.length === 0) ids.push(listed)
    return undefined
  }
  const { outcome: _, ...request } = samples.done
  const notes: Record<string, string> = {}
  await apply({
    plan: approved,
    request: { ...request, action: 'teardown', steps: {} },
    context: workshop.about(['analytics-prod'], network, { approved }),
    now: () => new Date().toISOString(),
    record: async (id, { note = '' }) => {
      notes[id] = note
    },
  })
  return notes
}

test('when nobody does, all goes, in the order that leaves nothing that points nowhere', async () => {
  const before = world.calls.length
  await tearDown('GET', /never/, 'id')
  const writes = world.calls.slice(before).filter(isWrite)
  const what = writes.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '').split('/').at(-2)}`)
  expect(what).toEqual([
    'PATCH services',
    'PATCH organizations',
    'DELETE A',
    'DELETE virtualNetworkLinks',
    'DELETE privateDnsZones',
    'DELETE privateEndpoints',
  ])
})

const used = 'kept: billing-prod still uses the endpoint'

test('before the record goes: all that is left is kept', async () => {
  const notes = await tearDown('PATCH', /organizations\/[^/]+$/, 'resourceGuid')
  expect(notes).toMatchObject({
    'dns-record-removal': used,
    'network-link-removal': used,
    'dns-zone-removal': used,
    'private-endpoint-removal': used,
  })
  expect([...world.zones.values()].map(({ links, records }) => [links.size, records.has('a/*')])).toEqual([[1, true]])
})

test('when the zone is gone: the endpoint is kept, in whatever form it is listed', async () => {
  const notes = await tearDown('DELETE', /privateDnsZones\/[^/]+\?/, 'id')
  expect(notes).toMatchObject({ 'private-endpoint-removal': used })
  expect(world.zones.size).toBe(0)
  expect(world.endpoints.size).toBe(1)
})
