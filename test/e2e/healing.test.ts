import { afterEach, describe, expect, test } from 'vitest'
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

describe('states that heal', () => {
  test.each(['Rejected', 'Disconnected'] as const)(
    'an endpoint whose connection is %s is made anew, and its new id and address carried on',
    async (state) => {
      const { sandbox, world, desk, carryOut, service } = await open()
      await carryOut('analytics-prod')
      const [old] = world.endpoints.values()
      if (old !== undefined) old.connection = state
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
      expect(made(sandbox)).toEqual(whole)
    },
  )

  test('an endpoint that was deleted meanwhile is made again', async () => {
    const { sandbox, world, carryOut } = await open()
    await carryOut('analytics-prod')
    world.endpoints.clear()
    world.changed()
    expect(await carryOut('analytics-prod')).toMatchObject({ state: 'done', outcome: { verdict: { code: 'healthy' } } })
    expect(made(sandbox)).toMatchObject({ endpoints: 1, records: 1 })
  })
})
