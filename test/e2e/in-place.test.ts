import { afterEach, expect, test } from 'vitest'
import { type Office, openOffice } from './carry-out.ts'
import { writes } from './chat.ts'
import { made, whole } from './house.ts'

let office: Office | undefined
afterEach(async () => {
  await office?.close()
  office = undefined
})

test('what somebody else has done wholly between plan and approval is only looked at', async () => {
  office = await openOffice()
  const { sandbox, desk, carryOut } = office
  const late = await desk.ask('analytics-prod')
  await carryOut('analytics-prod')
  const before = writes(sandbox).length
  await desk.approve(late)
  expect(await desk.settled(late.id, ['done', 'failed', 'awaiting-approval'])).toMatchObject({
    state: 'done',
    outcome: { verdict: { code: 'healthy' } },
  })
  expect(writes(sandbox)).toHaveLength(before)
  expect(made(sandbox)).toEqual(whole)
})

test('a changed plan that cannot work goes to nobody', async () => {
  office = await openOffice()
  const { sandbox, desk, service } = office
  const asked = await desk.ask('analytics-prod')
  service('analytics-prod').privateEndpointIds = ['11111111-2222-4333-8444-555555555555']
  const write = 'Microsoft.Network/privateEndpoints/write'
  sandbox.world.roles = [{ scope: '/', actions: ['*'], notActions: [write] }]
  await desk.approve(asked)
  const again = await desk.until(asked.id, ({ state, digest }) => state === 'failed' || digest !== asked.digest)
  expect(again).toMatchObject({
    state: 'failed',
    outcome: { problem: { code: 'permission-missing', message: expect.stringContaining(write) } },
  })
})

test('a connection that is not approved is not called in place, and one that is approved while the plan is made is', async () => {
  office = await openOffice()
  const { world, desk, carryOut } = office
  await carryOut('analytics-prod')
  const [endpoint] = world.endpoints.values()
  if (endpoint !== undefined) endpoint.connection = 'Pending'
  for (const action of ['setup', 'allow'] as const) {
    expect(await desk.ask('analytics-prod', action)).toMatchObject({
      state: 'failed',
      outcome: {
        problem: {
          code: 'connection-not-approved',
          message: expect.stringMatching(/^Everything is in place, but the connection of .* is Pending\.$/),
        },
      },
    })
  }

  let isRead = false
  world.gate = async ({ method, path }, phase) => {
    if (phase === 'answered' && method === 'GET' && /privateEndpoints/i.test(path)) isRead = true
    // Another request is at work: the list, which is read after the endpoint, has it already.
    if (endpoint !== undefined && isRead && phase === 'arrived' && path.includes('/services/')) endpoint.connection = 'Approved'
    return undefined
  }
  expect(await desk.ask('analytics-prod')).toMatchObject({ state: 'nothing-to-do' })
})
