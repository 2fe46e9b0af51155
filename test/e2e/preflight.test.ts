import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { organizationId } from '../../sandbox/estate.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { connect } from '../../src/redis/connection.ts'
import { redisSurvey } from '../../src/redis/survey.ts'
import { writes } from './chat.ts'
import { type Desk, firstSurvey, openDesk, quick } from './house.ts'

/** Nobody is asked to approve a plan that cannot work. */

let sandbox: Sandbox
let desk: Desk
beforeAll(async () => {
  sandbox = await startSandbox({ latencies: quick })
  desk = openDesk(sandbox)
  await sandbox.start('jobs')
})
afterAll(async () => {
  await desk.close()
  await sandbox.close()
})

const owner = { scope: '/', actions: ['*'], notActions: [] as string[] }
beforeEach(() => {
  sandbox.world.roles = [owner]
})

async function problemOf(): Promise<unknown> {
  const { state, outcome } = await desk.ask('analytics-prod')
  expect(state).toBe('failed')
  expect(writes(sandbox)).toEqual([])
  return outcome?.problem
}

test('missing permissions are all named, each with its scope', async () => {
  sandbox.world.roles = [
    {
      ...owner,
      notActions: ['Microsoft.Network/privateEndpoints/write', 'Microsoft.Network/virtualNetworks/subnets/join/action'],
    },
  ]
  const problem = await problemOf()
  expect(problem).toMatchObject({ code: 'cannot-work', remedy: expect.stringContaining('Give the bot’s identity') })
  expect(problem).toMatchObject({
    message: expect.stringMatching(
      /Microsoft\.Network\/privateEndpoints\/write on \/subscriptions\/[^/]+\/resourceGroups\/rg-network\..*subnets\/join\/action on .*\/vnet-prod\/subnets\/endpoints\.$/,
    ),
  })
})

test('a role given only where it is needed is enough', async () => {
  const network = [...sandbox.world.networks.values()][0]?.id ?? ''
  const group = network.slice(0, network.indexOf('/providers'))
  sandbox.world.roles = [
    { scope: '/', actions: ['*/read', 'Microsoft.Network/privateDnsZones/*'], notActions: [] },
    { scope: group, actions: ['Microsoft.Network/privateEndpoints/*'], notActions: [] },
    { scope: network, actions: ['Microsoft.Network/virtualNetworks/join/action'], notActions: [] },
    { scope: `${network}/subnets/endpoints`, actions: ['Microsoft.Network/virtualNetworks/subnets/join/action'], notActions: [] },
  ]
  expect((await desk.ask('analytics-prod')).state).toBe('awaiting-approval')
})

test('a key that was seen to lack the Admin role, until it has it', async () => {
  const [key] = sandbox.world.organizations[0]?.keys ?? []
  if (key === undefined) throw new Error('no key')
  key.role = 'developer'
  // The one at the start must not be written over this one.
  await firstSurvey(sandbox)
  const redis = connect(sandbox.redisUrl, { patient: true })
  const survey = redisSurvey(redis)
  const at = new Date().toISOString()
  const keys = { readAt: at, withoutAdmin: [organizationId] }
  await survey.write({ readAt: at, networks: [], rows: [], unread: [], names: {}, ...(await survey.read()), keys })
  redis.disconnect()
  const problem = await problemOf().finally(() => {
    key.role = 'admin'
  })
  expect(problem).toMatchObject({ code: 'key-without-admin', message: 'The API key of acme lacks the Admin role.' })
  expect((await desk.ask('analytics-prod')).state).toBe('awaiting-approval')
})

test('a subnet that is not there', async () => {
  const [network] = sandbox.world.networks.values()
  const [subnet] = network?.subnets.splice(0) ?? []
  expect(await problemOf()).toMatchObject({
    code: 'subnet-absent',
    message: 'vnet-prod has no subnet endpoints; it has none.',
  })
  if (subnet !== undefined) network?.subnets.push(subnet)
})

test('an alias that Azure does not see', async () => {
  sandbox.world.gate = async ({ path }, phase) =>
    path.includes('checkPrivateLinkServiceVisibility') && phase === 'arrived'
      ? { status: 200, body: { visible: false } }
      : undefined
  expect(await problemOf()).toMatchObject({ code: 'alias-not-visible' })
  sandbox.world.gate = async () => undefined
})

test('what cannot be checked stops nobody', async () => {
  sandbox.world.gate = async ({ path }, phase) =>
    /Authorization\/permissions|checkPrivateLinkServiceVisibility|virtualNetworks\/[^/?]+\?/.test(path) && phase === 'arrived'
      ? { status: 404, body: { error: { code: 'InvalidResourceType', message: 'not known here' } } }
      : undefined
  expect((await desk.ask('analytics-prod')).state).toBe('awaiting-approval')
  sandbox.world.gate = async () => undefined
})
