import { afterEach, describe, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import { kinds, type Office, openOffice } from './carry-out.ts'
import { made, whole } from './house.ts'

let office: Office | undefined
afterEach(async () => {
  await office?.close()
  office = undefined
})

async function open(): Promise<Office> {
  office = await openOffice()
  return office
}

const registered = ({ organizations }: World) => organizations[0]?.privateEndpoints.map(({ id }) => id)

describe('states that heal', () => {
  test('an endpoint whose connection is Rejected is made anew, and its new id and address carried on', async () => {
    const { sandbox, world, desk, carryOut, service } = await open()
    await carryOut('analytics-prod')
    const [old] = world.endpoints.values()
    if (old !== undefined) old.connection = 'Rejected'
    world.changed()
    const asked = await desk.ask('analytics-prod')
    expect(kinds(asked)).toMatchObject({
      'private-endpoint': 'update',
      'dns-record': 'update',
      'allow-list': 'update',
      'organization-entry': 'create',
    })
    await desk.approve(asked)
    const done = await desk.settled(asked.id, ['done', 'failed', 'awaiting-approval'])
    expect(done.outcome?.problem).toBeUndefined()
    expect(done).toMatchObject({ state: 'done', outcome: { verdict: { code: 'healthy' } } })
    const [fresh] = world.endpoints.values()
    expect(fresh?.resourceGuid).not.toBe(old?.resourceGuid)
    expect(service('analytics-prod').privateEndpointIds).toEqual([fresh?.resourceGuid])
    expect(registered(world)).toEqual([fresh?.resourceGuid])
    expect(made(sandbox)).toEqual(whole)
  })

  test('so is one that is Disconnected, and the old id is not forgotten when the plan changes meanwhile and the request then fails', async () => {
    const { world, desk, carryOut, service } = await open()
    await carryOut('analytics-prod')
    const [old] = world.endpoints.values()
    if (old !== undefined) old.connection = 'Disconnected'
    world.changed()
    let added = false
    world.gate = async ({ method, path }, phase) => {
      if (method === 'PATCH' && added && /services/.test(path) && phase === 'arrived')
        return { status: 400, body: { status: 400, error: 'BAD_REQUEST: not now', requestId: 'rq-1' } }
      if (method === 'PUT' && /privateEndpoints/.test(path) && phase === 'answered' && !added) {
        service('analytics-prod').privateEndpointIds.push('somebody-else')
        added = true
      }
      return undefined
    }
    const changed = await carryOut('analytics-prod')
    expect(changed).toMatchObject({ state: 'awaiting-approval' })
    await desk.approve(changed)
    expect(await desk.settled(changed.id, ['done', 'failed'])).toMatchObject({ state: 'failed' })
    world.gate = async () => undefined
    expect(await carryOut('analytics-prod')).toMatchObject({ state: 'done', outcome: { verdict: { code: 'healthy' } } })
    const [fresh] = world.endpoints.values()
    expect(service('analytics-prod').privateEndpointIds).toEqual(['somebody-else', fresh?.resourceGuid])
    expect(registered(world)).toEqual([fresh?.resourceGuid])
  })

  test('an endpoint that was deleted meanwhile is made again', async () => {
    const { sandbox, world, carryOut, service } = await open()
    await carryOut('analytics-prod')
    world.endpoints.clear()
    world.changed()
    expect(await carryOut('analytics-prod')).toMatchObject({ state: 'done', outcome: { verdict: { code: 'healthy' } } })
    expect(made(sandbox)).toEqual(whole)
    const [fresh] = world.endpoints.values()
    expect(service('analytics-prod').privateEndpointIds).toEqual([fresh?.resourceGuid])
    expect(registered(world)).toEqual([fresh?.resourceGuid])
  })
})
