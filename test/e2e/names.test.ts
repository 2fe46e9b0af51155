import { afterEach, expect, test } from 'vitest'
import { type Office, openOffice } from './carry-out.ts'
import { made, nothing } from './house.ts'

let office: Office | undefined
afterEach(async () => {
  await office?.close()
  office = undefined
})

test('a service that has another alias and host by the time it is approved is asked about again', async () => {
  office = await openOffice()
  const { sandbox, desk, service } = office
  const asked = await desk.ask('analytics-prod')
  const moved = service('analytics-prod')
  moved.alias = 'moved.westus3.azure.privatelinkservice'
  moved.privateHost = `moved.${moved.privateHost?.slice(moved.privateHost.indexOf('.') + 1)}`
  await office.restartJobs()
  await desk.approve(asked)
  const again = await desk.until(
    asked.id,
    ({ digest, state }) => digest !== asked.digest || state === 'done' || state === 'failed',
  )
  expect(again).toMatchObject({
    state: 'awaiting-approval',
    plan: { alias: moved.alias, services: [{ host: moved.privateHost }] },
  })
  expect(made(sandbox)).toEqual(nothing)
  await desk.approve(again)
  expect((await desk.settled(asked.id, ['done', 'failed'])).state).toBe('done')
})
