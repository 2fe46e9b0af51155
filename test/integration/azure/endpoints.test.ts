import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { endpointId } from '../../../src/azure/network.ts'
import { type AzureClients, alias, errorOf, network, openClients, signal } from './clients.ts'

let at: AzureClients
beforeAll(async () => {
  at = await openClients()
})
afterAll(async () => await at.close())
beforeEach(() => {
  at.world.gate = async () => undefined
})

test('no endpoint is an answer, not an error', async () => {
  expect(await at.azure.endpoint(endpointId(network, 'nowhere'), signal)).toBeUndefined()
})

test('an endpoint is made by alias, and read with GUID and address, which the SDK hides', async () => {
  expect(await at.create('pe-1')).toBe(true)
  const endpoint = await at.azure.endpoint(endpointId(network, 'pe-1'), signal)
  const [stored] = at.world.endpoints.values()
  expect(endpoint).toMatchObject({
    guid: stored?.resourceGuid,
    address: '127.9.9.4',
    connection: 'Pending',
    connectsTo: alias,
    provisioning: 'Succeeded',
  })
  expect(endpoint?.tags).toEqual({ a: 'b' })
  expect(stored?.requestMessage).toHaveLength(140)
  expect((await at.azure.endpoints(network, signal)).endpoints.map(({ name }) => name)).toEqual(['pe-1'])
})

test('a subnet that is not there is an error of the configuration', async () => {
  const error = await errorOf(at.create('pe-2', { subnet: 'nowhere' }))
  expect(error).toMatchObject({ name: 'TerminalError', code: 'InvalidResourceReference' })
  expect(error.remedy).toContain('subnet')
  expect(error.vendorRequestId).toMatch(/^[0-9a-f-]{36}$/)
})

test('an alias that Azure does not know', async () => {
  const unknown = { name: 'pe-y', alias: 'nobody.westus3.azure.privatelinkservice', requestMessage: '', tags: {} }
  expect(await errorOf(at.azure.createEndpoint(network, unknown, signal))).toMatchObject({
    name: 'RetryableError',
    code: 'InvalidPrivateLinkServiceId',
    remedy: expect.stringContaining('connection alias'),
  })
})

test('a resource group that is not there is not "no endpoints"', async () => {
  const error = await errorOf(at.azure.endpoint(endpointId({ ...network, resourceGroup: 'rg-nowhere' }, 'pe-1'), signal))
  expect(error).toMatchObject({ name: 'TerminalError', code: 'ResourceGroupNotFound' })
})
