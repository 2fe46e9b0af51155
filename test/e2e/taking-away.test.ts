import { afterEach, expect, test } from 'vitest'
import { type Office, openOffice } from './carry-out.ts'
import { made, nothing } from './house.ts'

/** Teardowns of a whole network, and of what somebody else has begun to take away. */

let office: Office | undefined
afterEach(async () => {
  await office?.close()
  office = undefined
})

async function open(): Promise<Office> {
  office = await openOffice()
  return office
}

test('without naming services: all that the network reaches', async () => {
  const { sandbox, desk, carryOut } = await open()
  await carryOut('analytics-prod billing-prod')
  const asked = await desk.ask('', 'teardown')
  expect(asked.plan?.services.map(({ service: { name } }) => name)).toEqual(['analytics-prod', 'billing-prod'])
  await desk.approve(asked)
  expect(await desk.settled(asked.id, ['done', 'failed'])).toMatchObject({ state: 'done' })
  expect(made(sandbox)).toEqual(nothing)
  expect((await desk.ask('', 'teardown')).outcome?.problem).toMatchObject({
    code: 'nothing-reached',
    message: 'No service lists a private endpoint of prod-westus3.',
  })
})

test('what another service begins to use meanwhile stays, and the rest is taken away', async () => {
  const { world, service, carryOut } = await open()
  await carryOut('analytics-prod')
  const [endpoint] = world.endpoints.values()
  const guid = endpoint?.resourceGuid ?? ''
  world.gate = async ({ method, path }, phase) => {
    const isEntry = method === 'PATCH' && /\/organizations\/[^/]+$/.test(path)
    if (phase === 'arrived' && isEntry) service('billing-prod').privateEndpointIds = [guid]
    return undefined
  }
  const done = await carryOut('analytics-prod', 'revoke')
  expect(done).toMatchObject({ state: 'done' })
  expect(done.steps['organization-entry-removal']).toMatchObject({
    note: 'kept: billing-prod still uses the endpoint',
    kept: true,
  })
  expect(service('analytics-prod').privateEndpointIds).toEqual([])
  expect(world.organizations[0]?.privateEndpoints.map(({ id }) => id)).toEqual([guid])
})

test('what an endpoint that somebody deleted has left behind goes too', async () => {
  const { sandbox, world, carryOut } = await open()
  await carryOut('analytics-prod')
  world.endpoints.clear()
  expect(await carryOut('analytics-prod', 'teardown')).toMatchObject({ state: 'done' })
  expect(made(sandbox)).toEqual(nothing)
})

test('what was made for a service that is deleted goes, when its name is told', async () => {
  const { sandbox, world, service, carryOut } = await open()
  await carryOut('analytics-prod')
  world.services.splice(world.services.indexOf(service('analytics-prod')), 1)
  expect(await carryOut('Analytics-Prod', 'teardown')).toMatchObject({ state: 'done' })
  expect(made(sandbox)).toEqual(nothing)
})
