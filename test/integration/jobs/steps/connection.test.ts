import { expect, test } from 'vitest'
import type { PrivateEndpoint, World } from '../../../../sandbox/world.ts'
import { allowList } from '../../../../src/jobs/steps/allow-list.ts'
import { connection } from '../../../../src/jobs/steps/connection.ts'
import type { StepContext } from '../../../../src/jobs/steps/step.ts'
import { afterSetup } from '../../../contract/after-setup.ts'
import { carryOut, installation, observe, serviceIn, type Workshop } from '../../../contract/step-fixture.ts'

/** What the words for a connection mean to a request that waits for it to be Approved. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

function endpoint(): PrivateEndpoint {
  const [found] = world.endpoints.values()
  if (found === undefined) throw new Error('no endpoint')
  return found
}

/** Waits, after the endpoint was seen as it is. */
async function wait(change: () => void): Promise<void> {
  const context: StepContext = workshop.context()
  await carryOut('allow', context)
  change()
  const seen = await observe(connection, context)
  if (seen.change.kind !== 'none') await connection.apply(context, seen.change)
}

test.each(['Pending', 'Unknown', 'Reviewing'])('%s is waited for', async (word) => {
  await wait(() => {
    Object.assign(endpoint(), { connection: word })
    setTimeout(() => Object.assign(endpoint(), { connection: 'Approved' }), 300)
  })
  expect(endpoint().connection).toBe('Approved')
})

test.each([
  ['Rejected', 'privatelink-bot', 'Run setup again: it makes the endpoint anew.'],
  ['Disconnected', 'hub', 'Ask its owner to delete it, then run setup again.'],
])('%s, of an endpoint by %s, ends it and says what heals it', async (word, managedBy, remedy) => {
  const waiting = wait(() =>
    Object.assign(endpoint(), { connection: word, tags: { managedBy, privatelinkInstallation: installation.installation } }),
  )
  await expect(waiting).rejects.toMatchObject({
    code: 'connection-not-approved',
    message: `The connection of ${endpoint().id.split('/').at(-1)} is ${word}.`,
    remedy: expect.stringContaining(remedy),
  })
})

test('an endpoint that is deleted meanwhile is made anew by setup, and needs no other hand', async () => {
  await expect(wait(() => world.endpoints.clear())).rejects.toMatchObject({
    message: expect.stringContaining('is gone: somebody has deleted it'),
    remedy: 'Run setup again: it makes the endpoint anew.',
  })
})

test('what was looked at beside the lists serves one look, without the network interface', async () => {
  const context: StepContext = workshop.context()
  await carryOut('allow', context)
  serviceIn(world, 'analytics-prod').privateEndpointIds = []
  Object.assign(context.facts, await observe(allowList, context).then(({ facts }) => facts))
  await allowList.apply(context, { kind: 'update', fields: [] })
  await context.facts.stateAhead
  const before = world.calls.length
  expect((await connection.plan(context)).change.kind).toBe('none')
  expect(world.calls).toHaveLength(before)
  endpoint().connection = 'Pending'
  expect((await connection.plan(context)).change.kind).toBe('update')
  expect(world.calls.slice(before).filter(({ path }) => path.includes('networkInterfaces'))).toEqual([])
})
