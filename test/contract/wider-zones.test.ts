import { beforeEach, describe, expect, test } from 'vitest'
import type { PrivateZone, World } from '../../sandbox/world.ts'
import { requestCard } from '../../src/bot/cards/request/request-card.ts'
import { digestOf } from '../../src/domain/plan.ts'
import { vnetId } from '../../src/domain/target.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import { samples } from '../sample-requests.ts'
import { afterSetup } from './after-setup.ts'
import { carryOut, changesOf, endpointIn, network, serviceIn, staging, type Workshop, zoneIn } from './step-fixture.ts'

/** Of the zones that are linked to a VNet the most specific one answers: nobody's working name changes unseen. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

const wide = 'privatelink.azure.clickhouse.cloud'
const own = `westus3.${wide}`

/** Somebody's zone in another resource group, linked to the network's VNet. */
function linkTheirs(name: string, records: Readonly<Record<string, string>>, type = 'A'): PrivateZone {
  const id = `/subscriptions/${network.subscription}/resourceGroups/rg-network/providers/Microsoft.Network/privateDnsZones/${name}`
  const sets = Object.entries(records).map(([label, address]) => {
    const addresses = type === 'A' ? [address] : []
    return [
      `${type}/${label}`.toLowerCase(),
      { type, name: label, ttl: 60, addresses, metadata: { team: 'bi' }, etag: label },
    ] as const
  })
  const link = { id: `${id}/virtualNetworkLinks/theirs`, name: 'theirs', virtualNetworkId: vnetId(network) }
  const links = new Map([['theirs', { ...link, registrationEnabled: false, tags: {}, etag: 'l', state: 'Completed' as const }]])
  const zone = { id, name, tags: {}, etag: 'z', provisioningState: 'Succeeded' as const, records: new Map(sets), links }
  world.zones.set(id.toLowerCase(), zone)
  return zone
}

const plan = async () => await makePlan('setup', workshop.context())
const mine = () => [...world.zones.values()].find(({ name }) => name === own)
const addresses = () => Object.fromEntries([...(mine()?.records.values() ?? [])].map(({ name, addresses: at }) => [name, at]))

describe('a wider zone of which a new one hides names', () => {
  beforeEach(() => world.zones.clear())

  test('is named with them, and they are copied before the link is made, as a part of what is approved', async () => {
    linkTheirs(wide, { 'other.westus3': '10.9.9.9', 'x.eastus2': '10.8.8.8', westus3: '10.7.7.7' })
    const made = await plan()
    expect(made.warnings).toEqual([expect.stringContaining(`${wide} in rg-network is linked to ${network.vnet} too`)])
    expect(made.warnings?.[0]).toContain(`other.${own} (10.9.9.9)`)
    expect(changesOf(made)['network-link']).toEqual({
      kind: 'create',
      fields: [
        { name: 'registration', after: 'off' },
        { name: `copy of other.${own} from ${wide}`, after: '10.9.9.9' },
        { name: `copy of ${own} from ${wide}`, after: '10.7.7.7' },
      ],
    })
    expect(digestOf({ ...made, warnings: [] })).not.toBe(digestOf(made))
    const asking = { ...samples['awaiting-approval'], plan: made }
    expect(JSON.stringify(requestCard(asking, { decides: true }))).toContain(`other.${own}`)
    const before = world.calls.length
    await carryOut('setup', workshop.context())
    expect(addresses()).toEqual({ '*': [endpointIn(world).address], other: ['10.9.9.9'], '@': ['10.7.7.7'] })
    expect(mine()?.records.get('a/other')?.metadata).toMatchObject({ team: 'bi', privatelinkCarriedFrom: wide })
    const puts = world.calls.slice(before).flatMap(({ method, path }) => (method === 'PUT' ? path.split('?') : []))
    const at = (part: string) => puts.findIndex((path) => path.includes(part))
    expect(at('/A/other')).toBeGreaterThan(-1)
    expect(at('/A/other')).toBeLessThan(at('/virtualNetworkLinks/'))
    expect(changesOf(await plan())).toEqual({})
  })

  test('answers again after a teardown, which takes the copies with the zone', async () => {
    const theirs = linkTheirs(wide, { 'other.westus3': '10.9.9.9' })
    await carryOut('setup', workshop.context())
    await carryOut('teardown', workshop.context())
    expect([...world.zones.values()]).toEqual([theirs])
    expect(world.endpoints.size).toBe(0)
  })

  test('keeps its copies where it leads elsewhere by now', async () => {
    const theirs = linkTheirs(wide, { 'other.westus3': '10.9.9.9' })
    await carryOut('setup', workshop.context())
    theirs.records.clear()
    await carryOut('teardown', workshop.context())
    expect(Object.keys(addresses())).toEqual(['other'])
    expect(world.endpoints.size).toBe(0)
  })

  test('with a wildcard: it leads on, and the service gets a record of its own', async () => {
    linkTheirs(wide, { '*': '10.9.9.9' })
    await carryOut('setup', workshop.context())
    const label = serviceIn(world, 'analytics-prod').privateHost?.split('.')[0] ?? ''
    expect(addresses()).toEqual({ '*': ['10.9.9.9'], [label]: [endpointIn(world).address] })
    expect(changesOf(await plan())).toEqual({})
  })

  test('with names of this very service that lead elsewhere, or with records that cannot be copied, is blocked', async () => {
    const label = serviceIn(world, 'analytics-prod').privateHost?.split('.')[0] ?? ''
    linkTheirs(wide, { [`${label}.westus3`]: '10.9.9.9' })
    await expect(plan()).rejects.toMatchObject({ code: 'blocked', message: expect.stringContaining('10.9.9.9') })
    linkTheirs(wide, { 'other.westus3': '' }, 'CNAME')
    await expect(plan()).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringMatching(
        /privatelink\.azure\.clickhouse\.cloud in rg-network .* hide other\.westus3.*only A records/,
      ),
    })
  })

  test('with no name below the new one changes nothing', async () => {
    linkTheirs(wide, { 'x.eastus2': '10.8.8.8' })
    expect((await plan()).warnings).toBeUndefined()
  })
})

test('a zone that is there and serves others gets no copies: a person decides', async () => {
  linkTheirs(wide, { 'other.westus3': '10.9.9.9' })
  const zone = zoneIn(world)
  const [link] = zone.links.values()
  if (link === undefined) throw new Error('no link')
  zone.links.clear()
  zone.links.set('s', { ...link, name: 's', id: `${link.id}-s`, virtualNetworkId: vnetId(staging) })
  await expect(plan()).rejects.toMatchObject({ code: 'blocked', message: expect.stringContaining(`other.${own} (10.9.9.9)`) })
})

test('a narrower zone that hides the record for the host is named, unless it leads to the endpoint', async () => {
  const host = serviceIn(world, 'analytics-prod').privateHost ?? ''
  linkTheirs(host, { '@': '10.9.9.9' })
  await expect(plan()).rejects.toMatchObject({
    code: 'blocked',
    message: expect.stringContaining(`The zone ${host} in rg-network`),
  })
  linkTheirs(host, { '@': endpointIn(world).address })
  expect(changesOf(await plan())).toEqual({})
  world.zones.clear()
  linkTheirs(`elsewhere.${own}`, { '@': '10.9.9.9' })
  expect(changesOf(await plan())).toHaveProperty('dns-zone')
})

test('a wider zone whose links may not be read is told to the approvers, and stops nobody', async () => {
  world.zones.clear()
  linkTheirs(wide, { 'other.westus3': '10.9.9.9' })
  world.gate = async ({ path }, phase) =>
    phase === 'arrived' && path.includes(`/${wide}/virtualNetworkLinks`)
      ? { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'not here' } } }
      : undefined
  expect((await plan()).warnings).toEqual([
    expect.stringMatching(/^Whether privatelink\..* is linked to vnet-prod could not be read/),
  ])
})

test('of several wider zones the most specific one counts, and one between that may not be read is told', async () => {
  world.zones.clear()
  linkTheirs('clickhouse.cloud', { 'far.westus3.privatelink.azure': '10.9.9.8', 'a.westus3.privatelink.azure': '10.9.9.7' })
  const near = linkTheirs(wide, { 'a.westus3': '10.9.9.9' })
  const copies = async () => changesOf(await plan())['network-link']
  expect(await copies()).toMatchObject({
    fields: [{ name: 'registration' }, { name: `copy of a.${own} from ${wide}`, after: '10.9.9.9' }],
  })
  near.links.clear()
  expect(await copies()).toMatchObject({
    fields: [
      { name: 'registration' },
      { name: `copy of a.${own} from clickhouse.cloud`, after: '10.9.9.7' },
      { after: '10.9.9.8' },
    ],
  })
  world.gate = async ({ path }, phase) =>
    phase === 'arrived' && path.includes(`/${wide}/virtualNetworkLinks`)
      ? { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'not here' } } }
      : undefined
  expect((await plan()).warnings?.[0]).toMatch(
    /clickhouse\.cloud in rg-network is linked .*Whether privatelink\.\S+ in rg-network is linked/,
  )
  world.gate = async () => undefined
})
