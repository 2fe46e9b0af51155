import { DefaultAzureCredential } from '@azure/identity'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { azureNetwork } from '../../../src/azure/network.ts'
import { type AzureClients, errorOf, network, openClients, signal, zone } from './clients.ts'

let at: AzureClients
beforeAll(async () => {
  at = await openClients()
})
afterAll(async () => await at.close())
beforeEach(() => {
  at.world.gate = async () => undefined
})

const role = { scope: '/', actions: ['*'] }
const dnsScope = `/subscriptions/${network.subscription}/resourceGroups/${network.dns.resourceGroup}`

test('a missing action is named with its scope, and a linked one too', async () => {
  at.world.roles = [{ ...role, notActions: ['Microsoft.Network/privateDnsZones/write'] }]
  expect(await errorOf(at.dns.createZone({ ...zone, name: 'x.example' }, {}, signal))).toMatchObject({
    name: 'TerminalError',
    code: 'AuthorizationFailed',
    remedy: `Give the bot’s identity Microsoft.Network/privateDnsZones/write on ${dnsScope}/providers/Microsoft.Network/privateDnsZones/x.example, then run the command again.`,
  })
  at.world.roles = [{ ...role, notActions: ['Microsoft.Network/virtualNetworks/subnets/join/action'] }]
  expect(await errorOf(at.create('pe-x'))).toMatchObject({
    name: 'TerminalError',
    code: 'LinkedAuthorizationFailed',
    remedy: expect.stringMatching(
      /^Give the bot’s identity Microsoft\.Network\/virtualNetworks\/subnets\/join\/action on .*\/vnet-prod\/subnets\/endpoints, then/,
    ),
  })
  at.world.roles = [{ ...role, notActions: [] }]
})

/** Code and status as Azure sends them; what asking again may mend is retryable. */
const table = [
  ['RetryableErrorDueToAnotherOperation', 429, 'RetryableError', 'Another operation holds the resource'],
  ['RetryableError', 429, 'RetryableError', 'a passing fault of its own'],
  ['ReferencedResourceNotProvisioned', 429, 'RetryableError', 'most often the subnet'],
  ['Conflict', 409, 'RetryableError', 'Another operation is changing the same resource'],
  ['PreconditionFailed', 412, 'RetryableError', 'Someone else keeps changing the resource'],
  ['SubscriptionNotFound', 404, 'TerminalError', 'Check the subscription of this network'],
  ['InvalidAuthenticationToken', 401, 'TerminalError', 'does not accept its token'],
  ['AuthorizationFailed', 403, 'TerminalError', 'the action that Azure names'],
  ['BadRequest', 400, 'TerminalError', 'Look up the code in Azure’s documentation'],
  ['SomethingNew', 400, 'TerminalError', 'ask Azure support with the request id'],
  ['SubscriptionRequestsThrottled', 429, 'RetryableError', 'Azure is busy'],
  ['ServerTimeout', 503, 'RetryableError', 'Azure is busy'],
] as const

test.each(table)('%s with HTTP %i is a %s', async (code, status, kind, remedy) => {
  const body = { error: { code, message: `${code} about a scope\n    at Object.<anonymous> (/srv/secret.js:1:1)` } }
  at.refuse(({ method }) => method === 'PUT', { status, headers: { 'Retry-After': '0', 'x-ms-request-id': 'rq-1' }, body })
  const error = await errorOf(at.create('pe-3'))
  expect(error).toMatchObject({
    name: kind,
    code,
    message: expect.stringContaining(`Azure refused to create the private endpoint pe-3: ${code}: `),
    remedy: expect.stringContaining(remedy),
    vendorRequestId: 'rq-1',
  })
  expect(error.message).not.toContain('secret.js')
})

test.each([
  ['RetryableError', 'RetryableError'],
  ['ReferencedResourceNotProvisioned', 'RetryableError'],
  ['RetryableErrorDueToAnotherOperation', 'RetryableError'],
  ['InternalFailure', 'TerminalError'],
])('%s inside a long-running operation is a %s, with the id of the call that began it', async (code, kind) => {
  const body = { status: 'Failed', error: { code, message: 'it broke\n    at /srv/secret.js' } }
  at.refuse(({ path }) => path.includes('/operations/'), { status: 200, headers: { 'x-ms-request-id': 'poll' }, body })
  const before = at.written.length
  expect(await errorOf(at.create(`pe-${code}`))).toMatchObject({
    name: kind,
    code,
    message: `Azure began to create the private endpoint pe-${code}, and the operation failed: ${code}: it broke`,
    remedy: expect.stringMatching(/again/),
    vendorRequestId: at.written.slice(before)[0],
  })
  expect(at.written).toHaveLength(before + 1)
})

test('what is in use since a VNet was moved is told at once, in Azure’s own words', async () => {
  const message = "The identity '/subscriptions/s/resourceGroups/rg' of the virtual network is already in use by another link."
  at.refuse(({ method }) => method === 'PUT', { status: 409, body: { error: { code: 'Conflict', message } } })
  expect(await errorOf(at.create('pe-4'))).toMatchObject({
    name: 'TerminalError',
    code: 'Conflict',
    message: `Azure refused to create the private endpoint pe-4: Conflict: ${message}`,
    remedy: expect.stringContaining('does not pass by itself'),
  })
})

test('a long message is told whole, and cut between words where it is too long', async () => {
  const scope = `/subscriptions/${'s'.repeat(36)}/resourceGroups/rg-of-the-team`
  const message = `It has a reason.\n${`It concerns ${scope} too. `.repeat(20)}`
  at.refuse(({ method }) => method === 'PUT', { status: 409, body: { error: { code: 'NobodyKnows', message } } })
  const said = (await errorOf(at.create('pe-5'))).message
  expect(said).toContain('It has a reason. It concerns /subscriptions/')
  expect(said.length).toBeGreaterThan(900)
  expect(said.length).toBeLessThan(1_080)
  expect(said.split(' ').filter((word) => word.startsWith('/') && word !== scope)).toEqual([])
})

test('an operation that was canceled is said to have failed, of private DNS too', async () => {
  at.refuse(({ path }) => path.includes('/privateDnsOperation'), { status: 200, body: { status: 'Canceled' } })
  const failed = at.dns.createZone({ ...zone, name: 'canceled.example' }, {}, signal)
  expect(await errorOf(failed)).toMatchObject({
    name: 'TerminalError',
    code: 'azure-operation-failed',
    message: 'Azure began to create the private DNS zone canceled.example, and the operation failed',
    vendorRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
})

test('an Azure that cannot be reached', async () => {
  const unreachable = azureNetwork(new DefaultAzureCredential(), 'https://127.0.0.1:9')
  expect(await errorOf(unreachable.endpoints(network, signal))).toMatchObject({
    name: 'RetryableError',
    code: 'azure-unreachable',
  })
})
