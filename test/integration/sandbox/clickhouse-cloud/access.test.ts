import { afterEach, beforeEach, expect, test } from 'vitest'
import { RateLimit } from '../../../../sandbox/clickhouse-cloud/rate-limit.ts'
import type { ClickHouseCloud } from '../../../../sandbox/clickhouse-cloud/server.ts'
import { startClickHouseCloud } from '../../../../sandbox/clickhouse-cloud/server.ts'
import { acme, keys, organizationId } from '../../../../sandbox/estate.ts'
import type { World } from '../../../../sandbox/world.ts'

const latencies = { arm: 0, privateEndpoint: 0, privateZone: 0, networkLink: 0, clickhouse: 1, propagation: 1 }
const developer = { id: 'developerKey', secret: 'developerSecret' }
const serviceId = '9a1c4d2e-0b3f-4a5d-8c7e-6f5a4b3c2d10'

let world: World
let cloud: ClickHouseCloud

beforeEach(async () => {
  world = acme({ addressBase: '127.10.0', latencies })
  world.organizations[0]?.keys.push({ ...developer, role: 'developer' })
  cloud = await startClickHouseCloud(world)
})
afterEach(() => cloud.close())

function basic({ id, secret }: { id: string; secret: string }): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

async function call(
  path: string,
  { authorization = basic(keys), method = 'GET', body }: { authorization?: string; method?: string; body?: unknown } = {},
) {
  const response = await fetch(`${cloud.url}${path}`, {
    method,
    headers: { ...(authorization ? { authorization } : {}), ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

test('a call without credentials, or with wrong ones, is answered 401 in the error envelope', async () => {
  const wrong = [
    '',
    'Bearer token',
    'Basic !!!',
    'Basic bm9jb2xvbg==',
    basic({ ...keys, secret: 'wrong' }),
    basic({ ...keys, id: 'wrong' }),
  ]
  for (const authorization of wrong) {
    const answer = await call('/organizations', { authorization })
    expect(answer.status, authorization).toBe(401)
    expect(answer.body).toEqual({ status: 401, error: expect.stringMatching(/^UNAUTHORIZED: ./), requestId: uuid })
  }
})

test('a good key sees its own organization, in the envelope, with a Date', async () => {
  const answer = await call('/organizations')
  expect(answer.body).toEqual({
    status: 200,
    requestId: uuid,
    result: [expect.objectContaining({ id: organizationId, name: 'acme', privateEndpoints: [] })],
  })
  expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(Date.now() - 5_000)
})

test('what was done is asked for by moments, and by nothing else', async () => {
  const path = `/organizations/${organizationId}/activities`
  expect((await call(`${path}?from_date=2026-01-01T00:00:00Z&to_date=2026-01-02T00:00:00.000Z`)).body.result).toEqual([])
  for (const query of ['from_date=yesterday', 'to_date=2026-01-01', 'from=2026-01-01T00:00:00Z'])
    expect((await call(`${path}?${query}`)).status, query).toBe(400)
})

test('another organization is forbidden, and so are its services', async () => {
  const other = '11111111-2222-4333-8444-555555555555'
  world.organizations.push({ id: other, name: 'other', keys: [{ id: 'o', secret: 's', role: 'admin' }], privateEndpoints: [] })
  expect(await call(`/organizations/${other}`)).toMatchObject({
    status: 403,
    body: { error: expect.stringMatching(/^FORBIDDEN: /) },
  })
  expect(
    (await call(`/organizations/${other}/services/${serviceId}`, { authorization: basic({ id: 'o', secret: 's' }) })).status,
  ).toBe(404)
})

test('a developer key reads and does not write', async () => {
  const authorization = basic(developer)
  const service = `/organizations/${organizationId}/services/${serviceId}`
  expect((await call(service, { authorization })).status).toBe(200)
  const writes = [
    { method: 'PATCH', path: `/organizations/${organizationId}`, body: {} },
    { method: 'PATCH', path: service, body: { privateEndpointIds: { add: ['x'] } } },
    { method: 'POST', path: `${service}/privateEndpoint`, body: { id: 'x' } },
  ]
  for (const { path, ...rest } of writes) expect((await call(path, { authorization, ...rest })).status).toBe(403)
  expect(world.services[0]?.privateEndpointIds).toEqual([])
})

test('a parameter that is no UUID is a bad request, and an unknown path is not found', async () => {
  expect(await call('/organizations/acme')).toMatchObject({
    status: 400,
    body: { error: expect.stringMatching(/^BAD_REQUEST: .*organizationId/) },
  })
  expect((await call(`/organizations/${organizationId}/services/${organizationId}`)).status).toBe(404)
  expect((await call('/nothing')).status).toBe(404)
  expect((await call('/organizations', { method: 'DELETE' })).status).toBe(404)
})

test('the eleventh request in ten seconds is refused, for its key only', async () => {
  for (let n = 1; n <= 10; n++) {
    const { status, headers } = await call('/organizations')
    expect([status, headers.get('x-ratelimit-remaining')]).toEqual([200, String(10 - n)])
  }
  const refused = await call('/organizations')
  expect(refused).toMatchObject({
    status: 429,
    body: { status: 429, error: expect.stringMatching(/^TOO_MANY_REQUESTS: /), requestId: uuid },
  })
  const reset = Number(refused.headers.get('x-ratelimit-reset'))
  expect(reset).toBeGreaterThan(5)
  expect(reset).toBeLessThanOrEqual(10)
  expect(refused.headers.get('x-ratelimit-limit')).toBe('10')
  expect((await call('/organizations', { authorization: basic(developer) })).status).toBe(200)
})

test('the window slides, and a request after X-RateLimit-Reset is accepted', () => {
  const limit = new RateLimit({ requests: 2, windowMs: 10_000 })
  limit.admit('key', 0)
  limit.admit('key', 4_000)
  expect(() => limit.admit('key', 4_500)).toThrow(
    expect.objectContaining({ status: 429, headers: expect.objectContaining({ 'X-RateLimit-Reset': '5.500' }) }),
  )
  expect(limit.admit('key', 10_000)).toMatchObject({ 'X-RateLimit-Remaining': '0' })
  expect(() => limit.admit('key', 13_999)).toThrow()
  expect(limit.admit('key', 14_000)).toBeDefined()
})

test('every call is logged and passes the gate before and after its effect', async () => {
  const path = `/organizations/${organizationId}/services/${serviceId}`
  const body = { privateEndpointIds: { add: ['first'] } }
  const seen: [string, number][] = []
  world.gate = async (_call, phase) => {
    seen.push([phase, world.services[0]?.privateEndpointIds.length ?? -1])
    return undefined
  }
  await call(path, { method: 'PATCH', body })
  expect(seen).toEqual([
    ['arrived', 0],
    ['answered', 1],
  ])
  world.gate = async (_call, phase) =>
    phase === 'arrived' ? { status: 503, headers: { 'retry-after': '1' }, body: { oops: true } } : undefined
  const refused = await call(path, { method: 'PATCH', body: { privateEndpointIds: { add: ['second'] } } })
  expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([503, '1', { oops: true }])
  expect(world.services[0]?.privateEndpointIds).toEqual(['first'])
  expect(world.calls.map(({ vendor, method, path, status }) => ({ vendor, method, path, status }))).toEqual(
    [200, 503].map((status) => ({ vendor: 'clickhouse', method: 'PATCH', path: `/v1${path}`, status })),
  )
})
