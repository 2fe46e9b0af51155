import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startClickHouseCloud } from '../../../sandbox/clickhouse-cloud/server.ts'
import { acme, keys, organizationId } from '../../../sandbox/estate.ts'
import type { Refusal, World } from '../../../sandbox/world.ts'
import { type ClickHouseCloud, clickHouseCloud } from '../../../src/clickhouse/client.ts'

const signal = new AbortController().signal
const key = { organizationId, organizationName: 'acme', keyId: keys.id, keySecret: keys.secret }
const service = '9a1c4d2e-0b3f-4a5d-8c7e-6f5a4b3c2d10'

let world: World
let vendor: Awaited<ReturnType<typeof startClickHouseCloud>>
const unlimited = { take: async () => undefined, purpose: () => 'request' }

let client: ClickHouseCloud

beforeAll(async () => {
  world = acme({
    addressBase: '127.9.8',
    latencies: { arm: 1, privateEndpoint: 1, privateZone: 1, networkLink: 1, clickhouse: 1, propagation: 1 },
  })
  vendor = await startClickHouseCloud(world, { rateLimit: { requests: 10, windowMs: 700 } })
  client = clickHouseCloud(vendor.url, [key], unlimited)
})
afterAll(async () => {
  await client.close()
  await vendor.close()
})
beforeEach(() => {
  world.gate = async () => undefined
})

function refuseOnce(refusal: Refusal): void {
  let pending: Refusal | undefined = refusal
  world.gate = async () => {
    const now = pending
    pending = undefined
    return now
  }
}

describe('what is read and written', () => {
  test('services, their private endpoint configuration, and the lists', async () => {
    expect((await client.services(organizationId, signal)).map(({ name }) => name)).toContain('analytics-prod')
    expect(await client.privateEndpointConfig(organizationId, service, signal)).toEqual({
      endpointServiceId: expect.stringContaining('westus3.azure.privatelinkservice'),
      privateDnsHostname: 'q7k3m9x2wb.westus3.privatelink.azure.clickhouse.cloud',
    })
    const id = '11111111-2222-4333-8444-555555555555'
    const organization = await client.addOrganizationEntry(
      organizationId,
      { id, description: 'prod-westus3', region: 'westus3' },
      signal,
    )
    expect(organization.privateEndpoints).toMatchObject([{ id, cloudProvider: 'azure', region: 'westus3' }])
    expect((await client.changeAllowList(organizationId, service, { add: [id] }, signal)).privateEndpointIds).toEqual([id])
    const read = await client.service(organizationId, service, signal)
    expect(read).toMatchObject({ privateEndpointIds: [id], requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    const done = await client.activities(organizationId, new Date(Date.now() - 60_000).toISOString(), signal)
    expect(done).toMatchObject([{ type: 'service_update_private_endpoints', actorType: 'api', serviceId: service }])
    expect(await client.activities(organizationId, new Date(Date.now() + 60_000).toISOString(), signal)).toEqual([])
  })
})

test.each([null, undefined])('lists that are %s are empty ones', async (list) => {
  const result = { id: service, name: 'n', provider: 'azure', region: 'westus3', state: 'running' }
  refuseOnce({ status: 200, body: { result: { ...result, privateEndpointIds: list } } })
  expect((await client.service(organizationId, service, signal)).privateEndpointIds).toEqual([])
  refuseOnce({ status: 200, body: { result: { id: organizationId, name: 'acme', privateEndpoints: list } } })
  expect((await client.organization(organizationId, signal)).privateEndpoints).toEqual([])
})

test('the key that is used is told from others by its last letters, or not at all', async () => {
  const stored = world.organizations[0]?.keys ?? []
  stored.push({ id: 'anotherKey-AAAA', secret: 'x', role: 'admin' })
  expect(await client.ownKey(organizationId, signal)).toMatchObject({ roles: ['admin'], keySuffix: keys.id.slice(-4) })
  stored.push({ id: `twin-${keys.id.slice(-4)}`, secret: 'x', role: 'developer' })
  expect(await client.ownKey(organizationId, signal)).toBeUndefined()
  stored.splice(1)
})

describe('refusals', () => {
  test('throttling is waited for, as long as the API says', async () => {
    const before = world.calls.length
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => client.activities(organizationId, new Date().toISOString(), signal)),
    )
    expect(answers).toHaveLength(25)
    expect(world.calls.slice(before).some(({ status }) => status === 429)).toBe(true)
  })

  test('waiting ends when the signal aborts', async () => {
    refuseOnce({ status: 429, headers: { 'X-RateLimit-Reset': '30' }, body: { status: 429, error: 'TOO_MANY' } })
    const before = world.calls.length
    const waiting = new AbortController()
    const read = client.organization(organizationId, waiting.signal)
    await expect.poll(() => world.calls.length).toBe(before + 1)
    waiting.abort()
    await expect(read).rejects.toThrow(/abort/i)
  })

  test.each([
    [401, 'UNAUTHORIZED: no', 'TerminalError', 'clickhouse-credentials', 'Check the API key of this organization'],
    [403, 'FORBIDDEN: no', 'TerminalError', 'clickhouse-forbidden', 'Give the API key the Admin role'],
    [400, 'BAD_REQUEST: id already there', 'TerminalError', 'BAD_REQUEST', 'it reads the list first'],
    [404, 'NOT_FOUND: gone', 'TerminalError', 'NOT_FOUND', 'that the service still exists'],
    [409, 'CONFLICT: later', 'RetryableError', 'CONFLICT', 'Another change of the same service'],
    [
      424,
      'FAILED_DEPENDENCY: Current state: idle',
      'TerminalError',
      'FAILED_DEPENDENCY',
      'The service is idle. Start or wake it',
    ],
    [424, 'FAILED_DEPENDENCY: no', 'TerminalError', 'FAILED_DEPENDENCY', 'not in a state for this'],
    [500, 'oops', 'RetryableError', 'http-500', 'busy or has a fault'],
    [503, 'UNAVAILABLE: later', 'RetryableError', 'UNAVAILABLE', 'busy or has a fault'],
    [418, 'TEAPOT: new', 'TerminalError', 'TEAPOT', 'Ask ClickHouse support with the request id'],
  ])('HTTP %i "%s" is a %s', async (status, error, name, code, remedy) => {
    refuseOnce({ status, body: { status, error, requestId: 'rq-1' } })
    const thrown: unknown = await client.organization(organizationId, signal).catch((reason: unknown) => reason)
    expect(thrown).toMatchObject({
      name,
      code,
      vendorRequestId: 'rq-1',
      message: expect.stringContaining(`read the organization (HTTP ${status}, ${error}`),
      remedy: expect.stringContaining(remedy),
    })
  })

  test('of the simulator itself: a wrong id, a role that is too small', async () => {
    const path = '00000000-0000-4000-8000-000000000000'
    await expect(client.service(organizationId, path, signal)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      vendorRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    const [stored] = world.organizations[0]?.keys ?? []
    if (stored !== undefined) stored.role = 'developer'
    await expect(client.changeAllowList(organizationId, service, { add: ['x'] }, signal)).rejects.toMatchObject({
      code: 'clickhouse-forbidden',
    })
    if (stored !== undefined) stored.role = 'admin'
  })

  test('of an answer with a stack only the first line is shown', async () => {
    const error = 'INTERNAL: it broke\n    at handler (/srv/api/index.js:10:5)\r\n    at next'
    refuseOnce({ status: 500, body: { status: 500, error, requestId: 'rq-1' } })
    await expect(client.organization(organizationId, signal)).rejects.toMatchObject({
      message: 'ClickHouse Cloud refused to read the organization (HTTP 500, INTERNAL: it broke).',
      vendorRequestId: 'rq-1',
    })
  })

  test('a page instead of an answer shows nothing of itself', async () => {
    refuseOnce({ status: 502, body: `<html>${'x'.repeat(5_000)}</html>` })
    const thrown: unknown = await client.organization(organizationId, signal).catch((reason: unknown) => reason)
    expect(thrown).toMatchObject({ name: 'RetryableError', code: 'http-502' })
    expect((thrown as Error).message).not.toContain('html')
  })

  test('an answer that is not of the API is told as that', async () => {
    refuseOnce({ status: 200, body: { hello: 'proxy' } })
    await expect(client.organization(organizationId, signal)).rejects.toMatchObject({ code: 'clickhouse-answer-unreadable' })
  })

  test('an API that cannot be reached', async () => {
    const away = clickHouseCloud('http://127.0.0.1:9/v1', [key], unlimited)
    await expect(away.organization(organizationId, signal)).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'clickhouse-unreachable',
    })
    await away.close()
  })

  test('an organization without a key', async () => {
    await expect(client.organization('00000000-0000-4000-8000-000000000000', signal)).rejects.toMatchObject({
      code: 'organization-unknown',
    })
  })
})

test('calls for the same list share one turn of the budget, but not those for another purpose', async () => {
  const turns = Promise.withResolvers<void>()
  let purpose = 'request'
  const waiting = clickHouseCloud(vendor.url, [key], { take: () => turns.promise, purpose: () => purpose })
  const before = world.calls.length
  const lists = [waiting.services(organizationId, signal), waiting.services(organizationId, signal)]
  purpose = 'diagnosis'
  lists.push(waiting.services(organizationId, signal))
  turns.resolve()
  const [one, other, another] = await Promise.all(lists)
  expect(other).toEqual(one)
  expect(another).toEqual(one)
  expect(world.calls.length - before).toBe(2)
  await waiting.close()
})
