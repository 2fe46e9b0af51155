import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { PrivateDnsManagementClient } from '@azure/arm-privatedns'
import { DefaultAzureCredential } from '@azure/identity'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ArmServer, startArm } from '../../../sandbox/arm/server.ts'
import { createAuthority } from '../../../sandbox/certificates.ts'
import { acme, networks } from '../../../sandbox/estate.ts'
import type { Call, Refusal, World } from '../../../sandbox/world.ts'
import { type AzureNetwork, azureNetwork, endpointId } from '../../../src/azure/network.ts'
import { type AzurePrivateDns, azurePrivateDns } from '../../../src/azure/private-dns.ts'
import { RetryableError, TerminalError } from '../../../src/domain/errors.ts'
import type { Network } from '../../../src/domain/target.ts'

const network: Network = { ...networks.prodWestus3, applicationSecurityGroups: [], tags: {} }
const signal = new AbortController().signal
const zone = { name: 'westus3.privatelink.azure.clickhouse.cloud', ...network.dns }

let world: World
let arm: ArmServer
let azure: AzureNetwork
let dns: AzurePrivateDns
/** Azure's ids of the calls that it accepted. */
const written: string[] = []

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
  azure = azureNetwork(credential, arm.url, { wrote: (id) => written.push(id) })
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

test('what several networks ask for at the same time is asked of Azure once', async () => {
  const before = world.calls.length
  await Promise.all(Array.from({ length: 50 }, () => dns.zones('x.example', network, signal)))
  const lists = world.calls.slice(before).filter(({ path }) => /privateDnsZones\?/.test(path))
  expect(lists).toHaveLength(1)
})

describe('private endpoints', () => {
  test('none is an answer, not an error', async () => {
    expect(await azure.endpoint(endpointId(network, 'nowhere'), signal)).toBeUndefined()
  })

  test('are made by alias, and read with GUID and address, which the SDK hides', async () => {
    expect(await create('pe-1')).toBe(true)
    const endpoint = await azure.endpoint(endpointId(network, 'pe-1'), signal)
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
    expect((await azure.endpoints(network, signal)).endpoints.map(({ name }) => name)).toEqual(['pe-1'])
  })
})

describe('private DNS', () => {
  test('zone, link and record, and what stands in their way', async () => {
    expect(await dns.zones(zone.name, network, signal)).toEqual([])
    await dns.createZone(zone, { a: 'b' }, signal)
    expect(await dns.zones(zone.name, network, signal)).toMatchObject([
      { settled: true, resourceGroup: 'rg-dns', tags: { a: 'b' } },
    ])
    expect(await errorOf(dns.createZone(zone, {}, signal))).toMatchObject({ name: 'RetryableError', code: 'PreconditionFailed' })

    await dns.createLink(zone, 'link-1', network, {}, signal)
    const [linked] = await dns.zones(zone.name, network, signal)
    expect(linked?.link?.name).toBe('link-1')
    const again = dns.createLink(zone, 'link-1', network, { owner: 'us' }, signal)
    expect(await errorOf(again)).toMatchObject({ code: 'PreconditionFailed' })

    const record = { name: '*', ttl: 300, addresses: ['127.9.9.4'], metadata: { managedBy: 'x' } }
    await dns.putARecord(zone, record, signal)
    const [stored] = await dns.aRecords(zone, signal)
    expect(stored).toMatchObject(record)
    expect(await errorOf(dns.putARecord(zone, record, signal))).toMatchObject({ code: 'PreconditionFailed' })
    const changed = { ...record, addresses: ['127.9.9.5'], etag: stored?.etag ?? '' }
    await dns.putARecord(zone, changed, signal)
    expect(await errorOf(dns.putARecord(zone, changed, signal))).toMatchObject({ code: 'PreconditionFailed' })
  })

  test('what was changed since it was read is not deleted, and a record that has no version is not touched', async () => {
    const [seen] = await dns.zones(zone.name, network, signal)
    const [record] = await dns.aRecords(zone, signal)
    const [stored] = world.zones.values()
    if (seen?.link === undefined || record === undefined || stored === undefined) throw new Error('no zone')
    const { link } = seen
    const old = { etag: 'old' }
    const deleteRecord = () => dns.deleteARecord(zone, { ...record, ...old }, signal)
    const deletions = [
      () => dns.deleteZone({ ...seen, ...old }, signal),
      () => dns.deleteLink(zone, { ...link, ...old }, signal),
      deleteRecord,
    ]
    for (const deletion of deletions) expect(await errorOf(deletion())).toMatchObject({ code: 'PreconditionFailed' })
    old.etag = ''
    const writes = [deleteRecord, () => dns.putARecord(zone, { ...record, etag: '' }, signal)]
    const before = world.calls.length
    for (const write of writes) {
      expect(await errorOf(write())).toMatchObject({ name: 'TerminalError', code: 'version-unknown' })
    }
    expect(world.calls).toHaveLength(before)
    await dns.deleteLink(zone, link, signal)
    expect(stored.links.size).toBe(0)
    await dns.createLink(zone, 'link-1', network, {}, signal)
  })

  test('a zone and a link of which Azure tells no version can go all the same', async () => {
    const place = { ...zone, name: 'unversioned.example' }
    await dns.createZone(place, {}, signal)
    await dns.createLink(place, 'link-1', network, {}, signal)
    await dns.deleteLink(place, { name: 'link-1', etag: '' }, signal)
    await dns.deleteZone({ ...place, etag: '' }, signal)
    expect(await dns.zones(place.name, network, signal)).toEqual([])
  })

  test.for([
    ['virtualNetworkLinks', () => dns.zones('deleted.example', network, signal)],
    ['A', () => dns.aRecords({ ...zone, name: 'deleted.example' }, signal)],
  ] as const)('a zone that is deleted before its %s are read is no error', async ([last, read]) => {
    await dns.createZone({ ...zone, name: 'deleted.example' }, {}, signal)
    const stored = [...world.zones.values()].find(({ name }) => name === 'deleted.example')
    if (stored === undefined) throw new Error('no zone')
    world.gate = async ({ path }, phase) => {
      if (phase === 'arrived' && path.includes(`/deleted.example/${last}?`)) world.zones.delete(stored.id.toLowerCase())
      return undefined
    }
    expect(await read()).toEqual([])
    expect(world.zones.has(stored.id.toLowerCase())).toBe(false)
  })

  test('of zones that no link tells apart, one of the network’s own subscription', async () => {
    const [sample] = world.zones.values()
    if (sample === undefined) throw new Error('no zone')
    const elsewhere = '99999999-3e4a-4b5c-8d6e-7f8091a2b3c4'
    for (const [subscription, group] of [
      [network.subscription, 'rg-z'],
      [elsewhere, 'rg-dns'],
    ]) {
      const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateDnsZones/z.example`
      world.zones.set(id.toLowerCase(), { ...sample, id, name: 'z.example', links: new Map(), records: new Map() })
    }
    const both = azurePrivateDns(new DefaultAzureCredential(), arm.url, [{ subscription: elsewhere, resourceGroup: 'rg-dns' }])
    const found = await both.zones('z.example', network, signal)
    expect(found.map(({ resourceGroup }) => resourceGroup)).toEqual(['rg-z', 'rg-dns'])
    for (const { id } of found) world.zones.delete(id.toLowerCase())
  })

  test('an answer without versions is read as such', async () => {
    world.gate = async ({ path }, phase) =>
      phase === 'answered' && path.includes('/A?')
        ? { status: 200, body: { value: [{ name: '*', properties: { ttl: 60, aRecords: [] } }] } }
        : undefined
    expect(await dns.aRecords(zone, signal)).toMatchObject([{ name: '*', etag: '' }])
  })
})

describe('refusals in our words', () => {
  test('a subnet that is not there is an error of the configuration', async () => {
    const error = await errorOf(create('pe-2', { subnet: 'nowhere' }))
    expect(error).toMatchObject({ name: 'TerminalError', code: 'InvalidResourceReference' })
    expect(error.remedy).toContain('subnet')
    expect(error.vendorRequestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  const role = { scope: '/', actions: ['*'] }
  const dnsScope = `/subscriptions/${network.subscription}/resourceGroups/${network.dns.resourceGroup}`

  test('a missing action is named with its scope, and a linked one too', async () => {
    world.roles = [{ ...role, notActions: ['Microsoft.Network/privateDnsZones/write'] }]
    expect(await errorOf(dns.createZone({ ...zone, name: 'x.example' }, {}, signal))).toMatchObject({
      name: 'TerminalError',
      code: 'AuthorizationFailed',
      remedy: `Give the bot’s identity Microsoft.Network/privateDnsZones/write on ${dnsScope}/providers/Microsoft.Network/privateDnsZones/x.example, then run the command again.`,
    })
    world.roles = [{ ...role, notActions: ['Microsoft.Network/virtualNetworks/subnets/join/action'] }]
    expect(await errorOf(create('pe-x'))).toMatchObject({
      name: 'TerminalError',
      code: 'LinkedAuthorizationFailed',
      remedy: expect.stringMatching(
        /^Give the bot’s identity Microsoft\.Network\/virtualNetworks\/subnets\/join\/action on .*\/vnet-prod\/subnets\/endpoints, then/,
      ),
    })
    world.roles = [{ ...role, notActions: [] }]
  })

  test('where a subscription may not be listed, the configured resource groups are', async () => {
    const here = `/subscriptions/${network.subscription}/resourceGroups`
    const everything = world.roles
    world.roles = [{ scope: `${here}/rg-dns`, actions: ['*'], notActions: [] }]
    expect(await dns.zones(zone.name, network, signal)).toMatchObject([{ resourceGroup: 'rg-dns' }])
    world.roles = [{ scope: `${here}/rg-network`, actions: ['*'], notActions: [] }]
    expect(await errorOf(dns.zones(zone.name, network, signal))).toMatchObject({
      code: 'AuthorizationFailed',
      remedy: expect.stringContaining('Microsoft.Network/privateDnsZones/read'),
    })
    world.roles = everything
    const everywhere = `/subscriptions/${network.subscription}/providers/Microsoft.Network/privateDnsZones`
    for (const status of [404, 405, 501]) {
      world.gate = async ({ path }, phase) =>
        phase === 'arrived' && path.startsWith(everywhere)
          ? { status, body: { error: { code: 'NotFound', message: 'no such view' } } }
          : undefined
      expect(await dns.zones(zone.name, network, signal)).toMatchObject([{ resourceGroup: 'rg-dns' }])
    }
    world.gate = async () => undefined
  })

  test('a second zone of one name for one network', async () => {
    const other = { ...zone, resourceGroup: 'rg-network' }
    await dns.createZone(other, {}, signal)
    expect(await errorOf(dns.createLink(other, 'link-2', network, {}, signal))).toMatchObject({
      name: 'TerminalError',
      code: 'BadRequest',
      message: expect.stringContaining('overlapping namespaces'),
      remedy: expect.stringContaining('the bot looks for that zone and uses it'),
    })
  })

  test('a zone that somebody is changing', async () => {
    const { privateZone } = world.latencies
    world.latencies.privateZone = 1_000
    const theirs = new PrivateDnsManagementClient(new DefaultAzureCredential(), network.subscription, { endpoint: arm.url })
    const before = world.calls.length
    const changing = theirs.privateZones.createOrUpdate('rg-dns', zone.name, { location: 'global', tags: { owner: 'them' } })
    changing.catch(() => undefined)
    await expect.poll(() => world.calls.slice(before).some(({ method, status }) => method === 'PUT' && status === 202)).toBe(true)
    expect(await dns.zones(zone.name, network, signal)).toMatchObject([
      { settled: false, resourceGroup: 'rg-dns', link: { name: 'link-1' } },
      { settled: true },
    ])
    const record = { name: 'x', ttl: 300, addresses: ['127.9.9.9'], metadata: {} }
    expect(await errorOf(dns.putARecord(zone, record, signal))).toMatchObject({
      name: 'RetryableError',
      code: 'Conflict',
      remedy: expect.stringContaining('Another operation is changing the same resource'),
    })
    await changing
    world.latencies.privateZone = privateZone
    await dns.putARecord(zone, record, signal)
  })

  test('an alias that Azure does not know', async () => {
    const unknown = { name: 'pe-y', alias: 'nobody.westus3.azure.privatelinkservice', requestMessage: '', tags: {} }
    expect(await errorOf(azure.createEndpoint(network, unknown, signal))).toMatchObject({
      name: 'RetryableError',
      code: 'InvalidPrivateLinkServiceId',
      remedy: expect.stringContaining('connection alias'),
    })
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
    refuse(({ method }) => method === 'PUT', { status, headers: { 'Retry-After': '0', 'x-ms-request-id': 'rq-1' }, body })
    const error = await errorOf(create('pe-3'))
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
    refuse(({ path }) => path.includes('/operations/'), { status: 200, headers: { 'x-ms-request-id': 'poll' }, body })
    const before = written.length
    expect(await errorOf(create(`pe-${code}`))).toMatchObject({
      name: kind,
      code,
      message: `Azure began to create the private endpoint pe-${code}, and the operation failed: ${code}: it broke`,
      remedy: expect.stringMatching(/again/),
      vendorRequestId: written.slice(before)[0],
    })
    expect(written).toHaveLength(before + 1)
  })

  test('what is in use since a VNet was moved is told at once, in Azure’s own words', async () => {
    const message = "The identity '/subscriptions/s/resourceGroups/rg' of the virtual network is already in use by another link."
    refuse(({ method }) => method === 'PUT', { status: 409, body: { error: { code: 'Conflict', message } } })
    expect(await errorOf(create('pe-4'))).toMatchObject({
      name: 'TerminalError',
      code: 'Conflict',
      message: `Azure refused to create the private endpoint pe-4: Conflict: ${message}`,
      remedy: expect.stringContaining('does not pass by itself'),
    })
  })

  test('a long message is told whole, and cut between words where it is too long', async () => {
    const scope = `/subscriptions/${'s'.repeat(36)}/resourceGroups/rg-of-the-team`
    const message = `It has a reason.\n${`It concerns ${scope} too. `.repeat(20)}`
    refuse(({ method }) => method === 'PUT', { status: 409, body: { error: { code: 'NobodyKnows', message } } })
    const said = (await errorOf(create('pe-5'))).message
    expect(said).toContain('It has a reason. It concerns /subscriptions/')
    expect(said.length).toBeGreaterThan(900)
    expect(said.length).toBeLessThan(1_080)
    expect(said.split(' ').filter((word) => word.startsWith('/') && word !== scope)).toEqual([])
  })

  const assignment =
    '/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/deny-zones'
  const displayName = 'Deny private DNS zones outside the hub'
  const info = { policyAssignmentDisplayName: displayName, policyAssignmentId: assignment }
  const identifiers = JSON.stringify([
    { policyAssignment: { name: displayName, id: assignment }, policyDefinition: { name: 'x' } },
  ])

  test.each([
    ['its details', { message: 'Ask the hub team.', additionalInfo: [{ type: 'PolicyViolation', info }] }],
    ['its message', { message: `Resource 'z' was disallowed by policy. Policy identifiers: '${identifiers}'.` }],
  ])('a policy that forbids a zone is named, from %s', async (_where, error) => {
    refuse(({ method }) => method === 'PUT', { status: 403, body: { error: { code: 'RequestDisallowedByPolicy', ...error } } })
    const said = await errorOf(dns.createZone({ ...zone, name: 'forbidden.example' }, {}, signal))
    expect(said).toMatchObject({ name: 'TerminalError', code: 'RequestDisallowedByPolicy' })
    expect(said.message).toContain(displayName)
    expect(said.message).toContain(error.message)
    expect(said.remedy).toContain('owner of the policy (assigned at /providers/Microsoft.Management/managementGroups/corp)')
    expect(said.remedy).toContain('point `dns` of the network')
  })

  const locked = "The scope cannot be deleted because following scope(s) are locked: '/subscriptions/s'."
  const denied = {
    code: 'RequestDisallowedByPolicy',
    message: 'Ask the hub team.',
    additionalInfo: [{ type: 'PolicyViolation', info }],
  }

  test.each<[string, string, string, object]>([
    ['in other letters', 'ScopeLocked', locked, { error: { code: 'scopelocked', message: locked } }],
    [
      'in the details',
      'ScopeLocked',
      locked,
      { error: { code: 'Conflict', message: 'No.', details: [{ code: 'ScopeLocked', message: locked }] } },
    ],
    [
      'in the details of the details',
      'CannotDeleteResource',
      'nested',
      {
        error: {
          code: 'X',
          message: 'No.',
          details: [{ code: 'Y', message: 'n', details: [{ code: 'CANNOTDELETERESOURCE', message: 'nested' }] }],
        },
      },
    ],
    [
      'as JSON in the message',
      'ScopeLocked',
      locked,
      { error: { code: 'Conflict', message: JSON.stringify({ error: { code: 'ScopeLocked', message: locked } }) } },
    ],
    [
      'as an inner error',
      'ScopeLocked',
      locked,
      { error: { code: 'Conflict', message: 'No.', innererror: { code: 'ScopeLocked', message: locked } } },
    ],
    ['by an older service', 'ScopeLocked', locked, { Error: { Code: 'ScopeLocked', Message: locked } }],
    [
      'by a policy in the details',
      'RequestDisallowedByPolicy',
      'Ask the hub team.',
      { error: { code: 'X', message: 'No.', details: [denied] } },
    ],
  ])('a refusal for good that is told %s', async (_how, code, words, body) => {
    refuse(({ method }) => method === 'DELETE', { status: 409, body })
    const now = await errorOf(dns.deleteLink(zone, { name: 'link-1', etag: '' as never }, signal))
    refuse(({ path }) => path.includes('/operations/'), { status: 200, body: { status: 'Failed', ...body } })
    const later = await errorOf(create(`pe-${code}-${_how.length}`))
    for (const error of [now, later]) {
      expect(error).toMatchObject({ name: 'TerminalError', code })
      expect(error.message).toContain(words)
      expect(error.message).not.toContain('{')
      if (code === 'RequestDisallowedByPolicy') expect(error.message).toContain(displayName)
    }
  })

  test('a passing refusal inside another one passes, whatever its letters', async () => {
    const details = [{ code: 'anotheroperationinprogress', message: 'Wait.' }]
    refuse(({ method }) => method === 'PUT', {
      status: 409,
      body: { error: { code: 'Conflict', message: 'is already in use', details } },
    })
    expect(await errorOf(create('pe-6'))).toMatchObject({ name: 'RetryableError', message: expect.stringContaining('Wait.') })
  })

  test('an operation that was canceled is said to have failed, of private DNS too', async () => {
    refuse(({ path }) => path.includes('/privateDnsOperation'), { status: 200, body: { status: 'Canceled' } })
    const failed = dns.createZone({ ...zone, name: 'canceled.example' }, {}, signal)
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

  test('a resource group that is not there is not "no endpoints"', async () => {
    const error = await errorOf(azure.endpoint(endpointId({ ...network, resourceGroup: 'rg-nowhere' }, 'pe-1'), signal))
    expect(error).toMatchObject({ name: 'TerminalError', code: 'ResourceGroupNotFound' })
  })
})
