import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Fault, Subnet, World } from '../../../sandbox/world.ts'
import { apply } from '../../../src/jobs/requests/apply.ts'
import { makePlan } from '../../../src/jobs/steps/procedure.ts'
import {
  applyUntil,
  capture,
  carryOut,
  type Estate,
  network,
  openWorkshop,
  serviceIn,
  type Workshop,
} from '../../contract/step-fixture.ts'
import { samples } from '../../sample-requests.ts'

/** What the vendors refuse for a reason of theirs, made by the simulators themselves: what passes is waited for, and what does not is told. */

let workshop: Workshop
let world: World
let empty: Estate
let whole: Estate
beforeAll(async () => {
  workshop = await openWorkshop()
  world = workshop.world
  empty = capture(world)
  await carryOut('setup', workshop.context())
  for (const service of world.services) service.privateEndpointIds = []
  whole = capture(world)
})
beforeEach(() => empty.restore(world))
afterEach(() => {
  world.gate = async () => undefined
  expect(world.faults).toEqual([])
})
afterAll(async () => await workshop.close())

const { signal } = new AbortController()
const setup = async (last: Parameters<typeof applyUntil>[0]) => await applyUntil(last, 'setup', workshop.context)
const allow = async () => await applyUntil('allow-list', 'allow', workshop.context)

const service = (name: string) => serviceIn(world, name)

function subnet(): Subnet {
  const found = [...world.networks.values()].find(({ id }) => id.endsWith(network.vnet))?.subnets[0]
  if (found === undefined) throw new Error('no subnet')
  return found
}

/** How many of the calls since then were answered so. */
const answered = (since: number, status: number) => world.calls.slice(since).filter((call) => call.status === status).length

async function once(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10)
}

describe('Azure', () => {
  test('RetryableError, while somebody changes the subnet', async () => {
    const [before, changed] = [world.calls.length, subnet()]
    changed.updating = true
    const { createEndpoint } = workshop.context().clouds.network
    const endpoint = { name: 'pe-x', alias: service('analytics-prod').alias ?? '', requestMessage: '', tags: {} }
    await expect(createEndpoint(network, endpoint, signal)).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'RetryableError',
      message: expect.stringMatching(
        /A retryable error occurred\. Cannot proceed with operation because resource .*endpoints used/,
      ),
      remedy: expect.stringContaining('still working on a resource that this one needs, most often the subnet'),
    })
    const refused = answered(before, 429)
    void once(() => answered(before, 429) > refused).then(() => {
      changed.updating = false
    })
    expect((await setup('private-endpoint')).get('private-endpoint')?.state).toBe('done')
    expect(answered(before, 429)).toBeGreaterThan(1)
    expect(world.endpoints.size).toBe(1)
  })

  test('ReferencedResourceNotProvisioned, where that begins after the endpoint has been accepted', async () => {
    const changed = subnet()
    const puts: string[] = []
    world.gate = async ({ method, path }, phase) => {
      if (method !== 'PUT' || !/privateEndpoints/i.test(path)) return undefined
      if (phase === 'arrived') changed.updating = false
      else if (puts.push(path) === 1) changed.updating = true
      return undefined
    }
    expect((await setup('private-endpoint')).get('private-endpoint')?.state).toBe('done')
    expect(puts).toHaveLength(2)
    expect([...world.endpoints.values()].map(({ provisioningState }) => provisioningState)).toEqual(['Succeeded'])
  })

  test('RetryableErrorDueToAnotherOperation, while somebody makes an endpoint in the subnet', async () => {
    const before = world.calls.length
    const other = service('twin')
    const { alias } = other
    other.alias = 'another.alias'
    const { privateEndpoint } = world.latencies
    world.latencies.privateEndpoint = 1_500
    const theirs = { name: 'theirs', alias: 'another.alias', requestMessage: '', tags: {} }
    const making = workshop.context().clouds.network.createEndpoint(network, theirs, signal)
    try {
      expect((await setup('private-endpoint')).get('private-endpoint')?.state).toBe('done')
      await making
      expect(answered(before, 429)).toBeGreaterThan(0)
      expect(world.endpoints.size).toBe(2)
    } finally {
      world.latencies.privateEndpoint = privateEndpoint
      if (alias !== undefined) other.alias = alias
    }
  })

  test('InvalidPrivateLinkServiceId, until Azure sees the alias', async () => {
    const { alias = '' } = service('analytics-prod')
    world.hiddenAliases.add(alias)
    const before = world.calls.length
    void once(() => answered(before, 400) > 0).then(() => world.hiddenAliases.delete(alias))
    expect((await setup('private-endpoint')).get('private-endpoint')?.state).toBe('done')
    expect(answered(before, 400)).toBeGreaterThan(0)
  })

  const put = (code: string, path: RegExp): Fault => ({ vendor: 'arm', method: 'PUT', path, code })

  test.each([
    ['RetryableErrorDueToAnotherOperation', 'private-endpoint', /privateEndpoints/i],
    ['InternalServerError', 'private-endpoint', /privateEndpoints/i],
    ['ServerTimeout', 'dns-zone', /privateDnsZones\/[^/]+$/i],
    ['Conflict', 'network-link', /virtualNetworkLinks/i],
    ['InternalServerError', 'dns-record', /\/A\//i],
  ] as const)('%s of its own passes: %s', async (code, step, path) => {
    world.faults.push(put(code, path))
    expect((await setup(step)).get(step)).toMatchObject({ state: 'done', changed: true })
  })

  test.each(['RetryableError', 'AnotherOperationInProgress', 'Canceled'])('%s passes, in what it has begun too', async (code) => {
    world.faults.push({ ...put(code, /privateEndpoints/i), later: true })
    expect((await setup('private-endpoint')).get('private-endpoint')).toMatchObject({ state: 'done', changed: true })
    expect(world.endpoints.size).toBe(1)
  })

  test('RequestDisallowedByPolicy, of the zone, before an endpoint is made that costs money', async () => {
    const scope = `/subscriptions/${network.subscription}`
    const names = { name: 'deny-zones', displayName: 'Zones of Private Link lie in the hub', reason: 'Ask the hub team.' }
    world.policies.push({ ...names, scope, resourceType: 'Microsoft.Network/privateDnsZones' })
    try {
      // As a job does it: what was seen for the plan is known when it is carried out.
      const whole = workshop.context()
      const plan = await makePlan('setup', whole)
      const began = world.calls.length
      const carrying = apply({
        plan,
        request: { ...samples.applying, action: 'setup', steps: {} },
        context: whole,
        now: () => new Date().toISOString(),
        record: async () => undefined,
      })
      await expect(carrying).rejects.toMatchObject({
        code: 'RequestDisallowedByPolicy',
        message: expect.stringMatching(/Zones of Private Link lie in the hub.*Ask the hub team\./),
        remedy: expect.stringContaining(`owner of the policy (assigned at ${scope})`),
      })
      const puts = world.calls.slice(began).filter(({ method }) => method === 'PUT')
      expect(puts.map(({ path }) => /privateDnsZones|privateEndpoints/.exec(path)?.[0])).toEqual(['privateDnsZones'])
    } finally {
      world.policies.length = 0
    }
  })

  test('an operation that fails for good is told with its code and id', async () => {
    world.faults.push({ ...put('InternalServerError', /privateEndpoints/i), later: true })
    await expect(setup('private-endpoint')).rejects.toMatchObject({
      code: 'InternalServerError',
      message: expect.stringContaining('and the operation failed: InternalServerError: An error occurred.'),
      vendorRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })
})

describe('ClickHouse Cloud', () => {
  beforeEach(() => whole.restore(world))

  const listed = () => service('analytics-prod').privateEndpointIds
  const guid = () => [...world.endpoints.values()][0]?.resourceGuid ?? ''

  test('CONFLICT, while somebody else changes the service', async () => {
    const { organizationId, id } = service('analytics-prod')
    const before = world.calls.length
    const theirs = workshop.context().clouds.clickhouse.changeAllowList(organizationId, id, { add: ['theirs'] }, signal)
    // Their answer does not go out before ours was refused.
    let held = false
    world.gate = async ({ method, path }, phase) => {
      if (phase !== 'answered' || method !== 'PATCH' || !path.includes(id) || held) return undefined
      held = true
      while (answered(before, 409) === 0) await sleep(10)
      return undefined
    }
    expect((await allow()).get('allow-list')?.state).toBe('done')
    await theirs
    expect(listed()).toEqual(['theirs', guid()])
  })

  test.each([
    ['provisioning', 'The service is provisioning. Wait until that is over'],
    ['terminating', 'The service is terminating. It is being deleted'],
  ])('FAILED_DEPENDENCY, of a service that is %s', async (state, remedy) => {
    const changed = service('analytics-prod')
    changed.state = state
    await expect(allow()).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'FAILED_DEPENDENCY',
      remedy: expect.stringContaining(remedy),
      vendorRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    changed.state = 'running'
  })

  const patch = (code: string): Fault => ({ vendor: 'clickhouse', method: 'PATCH', path: /services/, code })

  test('FAILED_DEPENDENCY, of an idle service', async () => {
    world.faults.push(patch('FAILED_DEPENDENCY'))
    await expect(allow()).rejects.toMatchObject({ remedy: expect.stringContaining('The service is idle. Start or wake it') })
  })

  test.each(['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'])('%s passes', async (code) => {
    world.faults.push(patch(code))
    expect((await allow()).get('allow-list')?.state).toBe('done')
    expect(listed()).toEqual([guid()])
  })

  test.each(['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'])('%s passes also when a step first looks', async (code) => {
    const plan = await makePlan('allow', workshop.context())
    const over = new AbortController()
    const failed: string[] = []
    world.faults.push({ vendor: 'clickhouse', method: 'GET', path: /services/, code })
    await apply({
      plan,
      request: { ...samples.applying, action: 'allow', steps: {} },
      context: workshop.context({ signal: over.signal }),
      now: () => new Date().toISOString(),
      async record(id, { state }) {
        if (state === 'failed') failed.push(id)
        if (id === 'allow-list' && state === 'done') over.abort()
      },
    }).catch((error: unknown) => {
      if (!over.signal.aborted) throw error
    })
    expect(failed).toEqual([])
    expect(listed()).toEqual([guid()])
  })

  test('a key that may not be used from here', async () => {
    const [key] = world.organizations[0]?.keys ?? []
    if (key === undefined) throw new Error('no key')
    key.ipAccessList = ['203.0.113.7']
    await expect(allow()).rejects.toMatchObject({
      code: 'clickhouse-forbidden',
      message: expect.stringContaining('may not be used from 127.0.0.1'),
      remedy: expect.stringContaining('check whether its IP access list admits the jobs process'),
    })
    delete key.ipAccessList
  })
})
