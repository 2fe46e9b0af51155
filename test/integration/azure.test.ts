import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { DefaultAzureCredential } from '@azure/identity'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ArmServer, startArm } from '../../sandbox/arm/server.ts'
import { createAuthority } from '../../sandbox/certificates.ts'
import { acme, networks } from '../../sandbox/estate.ts'
import type { Call, Refusal, World } from '../../sandbox/world.ts'
import { type AzureNetwork, azureNetwork } from '../../src/azure/network.ts'
import { type AzurePrivateDns, azurePrivateDns } from '../../src/azure/private-dns.ts'
import { RetryableError, TerminalError } from '../../src/domain/errors.ts'
import type { Network } from '../../src/domain/target.ts'

const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [], tags: {} }
const signal = new AbortController().signal
const zone = { name: 'westus3.privatelink.azure.clickhouse.cloud', ...network.dns }

let world: World
let arm: ArmServer
let azure: AzureNetwork
let dns: AzurePrivateDns

beforeAll(async () => {
  const authority = await createAuthority()
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  world = acme({
    addressBase: '127.9.9',
    latencies: { arm: 1, privateEndpoint: 50, privateZone: 20, networkLink: 20, clickhouse: 1, propagation: 1 },
  })
  arm = await startArm(world, { authority })
  process.env.IDENTITY_ENDPOINT = arm.identity.endpoint
  process.env.IDENTITY_HEADER = arm.identity.header
  const credential = new DefaultAzureCredential()
  azure = azureNetwork(credential, arm.url)
  dns = azurePrivateDns(credential, arm.url)
})
afterAll(async () => await arm.close())
beforeEach(() => {
  world.gate = async () => undefined
})

const alias = 'production-westus3-0-0.3f2a9c04-7d5b-4c1e-9c0d-2b1a0f9e8d7c.westus3.azure.privatelinkservice'
const create = (name: string, changes: Partial<Network> = {}) =>
  azure.createEndpoint({ ...network, ...changes }, { name, alias, requestMessage: 'x'.repeat(500), tags: { a: 'b' } }, signal)

function refuse(isIt: (call: Call) => boolean, refusal: Refusal): void {
  world.gate = async (call, phase) => (phase === 'arrived' && isIt(call) ? refusal : undefined)
}

async function errorOf(work: Promise<unknown>): Promise<TerminalError | RetryableError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof TerminalError || error instanceof RetryableError) return error
  throw new Error(`Neither kind of error: ${String(error)}`)
}

describe('private endpoints', () => {
  test('none is an answer, not an error', async () => {
    expect(await azure.endpoint(network, 'nowhere', signal)).toBeUndefined()
  })

  test('are made by alias, and read with GUID and address, which the SDK hides', async () => {
    await create('pe-1')
    const endpoint = await azure.endpoint(network, 'pe-1', signal)
    const [stored] = world.endpoints.values()
    expect(endpoint).toMatchObject({
      guid: stored?.resourceGuid,
      address: '127.9.9.4',
      connection: 'Pending',
      connectsTo: alias,
      provisioning: 'Succeeded',
    })
    expect(endpoint?.tags).toEqual({ a: 'b' })
    expect(stored?.requestMessage).toHaveLength(140)
    expect((await azure.endpoints(network, signal)).map(({ name }) => name)).toEqual(['pe-1'])
  })
})

describe('private DNS', () => {
  test('zone, link and record, and what stands in their way', async () => {
    expect(await dns.zones(zone.name, network, signal)).toEqual([])
    await dns.createZone(zone, { a: 'b' }, signal)
    expect(await dns.zones(zone.name, network, signal)).toMatchObject([
      { settled: true, resourceGroup: 'rg-dns', tags: { a: 'b' } },
    ])
    expect(await errorOf(dns.createZone(zone, {}, signal))).toMatchObject({ name: 'TerminalError', code: 'PreconditionFailed' })

    await dns.createLink(zone, 'link-1', network, {}, signal)
    const [linked] = await dns.zones(zone.name, network, signal)
    expect(linked?.link?.name).toBe('link-1')

    const record = { name: '*', ttl: 300, addresses: ['127.9.9.4'], metadata: { managedBy: 'x' } }
    await dns.putARecord(zone, record, signal)
    const [stored] = await dns.aRecords(zone, signal)
    expect(stored).toMatchObject(record)
    expect(await errorOf(dns.putARecord(zone, record, signal))).toMatchObject({ code: 'PreconditionFailed' })
    const changed = { ...record, addresses: ['127.9.9.5'], etag: stored?.etag ?? '' }
    await dns.putARecord(zone, changed, signal)
    expect(await errorOf(dns.putARecord(zone, changed, signal))).toMatchObject({ code: 'PreconditionFailed' })
  })
})

describe('refusals in our words', () => {
  test('a subnet that is not there is an error of the configuration', async () => {
    const error = await errorOf(create('pe-2', { subnet: 'nowhere' }))
    expect(error).toMatchObject({ name: 'TerminalError', code: 'InvalidResourceReference' })
    expect(error.remedy).toContain('subnet')
    expect(error.vendorRequestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([
    ['AuthorizationFailed', 403, 'TerminalError'],
    ['LinkedAuthorizationFailed', 403, 'TerminalError'],
    ['InvalidPrivateLinkServiceId', 400, 'RetryableError'],
    ['SomethingNew', 400, 'TerminalError'],
    ['RetryableError', 429, 'RetryableError'],
  ])('%s with HTTP %i is a %s', async (code, status, kind) => {
    const body = { error: { code, message: `${code} about a scope` } }
    refuse(({ method }) => method === 'PUT', { status, headers: { 'Retry-After': '0' }, body })
    expect(await errorOf(create('pe-3'))).toMatchObject({ name: kind, code, message: expect.stringContaining('about a scope') })
  })

  test('a long-running operation that fails', async () => {
    const failed = (code: string) => ({ status: 200, body: { status: 'Failed', error: { code, message: 'it broke' } } })
    refuse(({ path }) => path.includes('/operations/'), failed('RetryableError'))
    expect(await errorOf(create('pe-4'))).toMatchObject({
      name: 'RetryableError',
      code: 'RetryableError',
      message: expect.stringContaining('it broke'),
    })
    refuse(({ path }) => path.includes('/operations/'), failed('InternalFailure'))
    expect(await errorOf(create('pe-5'))).toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('InternalFailure'),
    })
  })

  test('an Azure that cannot be reached', async () => {
    const unreachable = azureNetwork(new DefaultAzureCredential(), 'https://127.0.0.1:9')
    expect(await errorOf(unreachable.endpoints(network, signal))).toMatchObject({
      name: 'RetryableError',
      code: 'azure-unreachable',
    })
  })

  test('a resource group that is not there is not "no endpoints"', async () => {
    const error = await errorOf(azure.endpoint({ ...network, resourceGroup: 'rg-nowhere' }, 'pe-1', signal))
    expect(error).toMatchObject({ name: 'TerminalError', code: 'ResourceGroupNotFound' })
  })
})
