import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createAuthority } from '../../../../sandbox/certificates.ts'
import { networks, subscription } from '../../../../sandbox/estate.ts'
import type { Bench } from './clients.ts'
import { refusal, send, startBench } from './clients.ts'

const { resourceGroup, vnet } = networks.prodWestus3
const path = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/virtualNetworks/${vnet}`
const versioned = `${path}?api-version=2025-03-01`
const zone = `/subscriptions/${subscription}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/gate.example.com?api-version=2024-06-01`

let bench: Bench

beforeAll(async () => {
  bench = await startBench()
})

beforeEach(() => {
  bench.world.gate = async () => undefined
})

afterAll(() => bench?.[Symbol.asyncDispose]())

test('the managed identity hands out tokens to who knows the header, for Resource Manager only', async () => {
  const { endpoint, header } = bench.arm.identity
  const ask = (query: string, headers: Record<string, string>) => fetch(`${endpoint}?${query}`, { headers })
  const good = 'api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F'
  const token: unknown = await (await ask(good, { 'X-IDENTITY-HEADER': header })).json()
  expect(token).toMatchObject({
    access_token: expect.any(String),
    expires_on: expect.stringMatching(/^\d{10}$/),
    resource: 'https://management.azure.com/',
    token_type: 'Bearer',
  })
  expect((await ask(good, {})).status).toBe(401)
  expect((await ask(good.replace('management', 'vault'), { 'X-IDENTITY-HEADER': header })).status).toBe(400)
  expect((await ask(good.replace('2019', '2017'), { 'X-IDENTITY-HEADER': header })).status).toBe(400)
  expect(bench.world.calls.filter(({ vendor }) => vendor === 'identity').length).toBeGreaterThan(3)
})

test.each([
  ['no token', {}, 'AuthenticationFailed'],
  ['a token of its own making', { authorization: 'Bearer abc' }, 'InvalidAuthenticationToken'],
])('refuses %s with a challenge', async (_, headers, code) => {
  const answer = await send({ method: 'GET', url: `${bench.arm.url}${versioned}`, ca: bench.ca, body: undefined, headers })
  expect(answer).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': expect.stringMatching(/^Bearer /) },
    body: { error: { code, message: expect.any(String) } },
  })
})

const missing: [string, string, number, string][] = [
  ['a call without a version', path, 400, 'MissingApiVersionParameter'],
  ['a version that no provider has', zone.replace('2024-06-01', '2024-06-02'), 400, 'NoRegisteredProviderFound'],
  ['an unknown subscription', versioned.replace(subscription, crypto.randomUUID()), 404, 'SubscriptionNotFound'],
  ['an unknown resource group', versioned.replace(resourceGroup, 'rg-nope'), 404, 'ResourceGroupNotFound'],
  ['an unknown network', versioned.replace(vnet, 'vnet-nope'), 404, 'ResourceNotFound'],
  ['an unknown type', versioned.replace('virtualNetworks', 'natGateways'), 404, 'InvalidResourceType'],
  ['an unknown provider', versioned.replace('Microsoft.Network', 'Microsoft.Nope'), 404, 'InvalidResourceNamespace'],
]

test.each(missing)('refuses %s', async (_, target, status, code) => {
  expect(await bench.call('GET', target)).toMatchObject({ status, body: { error: { code } } })
})

test('a method that a resource does not have is refused', async () => {
  expect(await bench.call('POST', versioned, { body: {} })).toMatchObject({ status: 405 })
})

test('paths compare without case, and answers carry what support asks for and what is left of the quota', async () => {
  const answer = await bench.call(
    'GET',
    versioned.replaceAll(/[a-z]+(?=\/)/gi, (word) => word.toUpperCase()),
  )
  expect(answer).toMatchObject({
    status: 200,
    headers: {
      'x-ms-request-id': expect.any(String),
      'x-ms-correlation-request-id': expect.any(String),
      'x-ms-ratelimit-remaining-subscription-reads': expect.stringMatching(/^\d+$/),
    },
  })
})

test('a refusal on arrival has no effect; one on the way back hides an effect that was had', async () => {
  const { world } = bench
  const refused = { status: 503, headers: { 'x-why': 'test' }, body: { error: { code: 'ServiceUnavailable', message: 'No.' } } }
  const put = () => bench.call('PUT', zone, { body: { location: 'global' } })
  world.gate = async (call, phase) => (call.method === 'PUT' && phase === 'arrived' ? refused : undefined)
  expect(await put()).toMatchObject({ status: 503, headers: { 'x-why': 'test' }, body: refused.body })
  expect(world.zones.size).toBe(0)
  world.gate = async (call, phase) => (call.method === 'PUT' && phase === 'answered' ? refused : undefined)
  expect(await put()).toMatchObject({ status: 503 })
  expect(world.zones.size).toBe(1)
  expect(world.calls.at(-1)).toMatchObject({ vendor: 'arm', method: 'PUT', path: zone, status: 503 })
})

test('the reads of a subscription run out', async () => {
  const statuses = await Promise.all(Array.from({ length: 300 }, () => bench.call('GET', versioned)))
  const throttled = statuses.filter(({ status }) => status === 429)
  expect(throttled.length).toBeGreaterThan(0)
  expect(throttled[0]).toMatchObject({
    headers: { 'retry-after': '1' },
    body: { error: { code: 'SubscriptionRequestsThrottled' } },
  })
})

test('an expired token is refused', async () => {
  bench.arm.expireTokens()
  const error = await refusal(bench.network.virtualNetworks.get(resourceGroup, vnet))
  expect(error).toMatchObject({ statusCode: 401, code: 'ExpiredAuthenticationToken' })
})

test('certificates name hosts and addresses as what they are, and are valid when they are said to be', async () => {
  const authority = await createAuthority('Test CA')
  const notBefore = new Date('2020-01-01T00:00:00Z')
  const notAfter = new Date('2020-02-01T00:00:00Z')
  const { cert } = await authority.issue({ names: ['*.example.com', '127.0.0.1'], notBefore, notAfter })
  const certificate = new X509Certificate(cert)
  expect(certificate.checkHost('www.example.com')).toBe('*.example.com')
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(new Date(certificate.validTo)).toEqual(notAfter)
  expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true)
})
