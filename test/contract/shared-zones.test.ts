import { describe, expect, test } from 'vitest'
import type { PrivateZone, World } from '../../sandbox/world.ts'
import { requestCard } from '../../src/bot/cards/request/request-card.ts'
import { digestOf } from '../../src/domain/plan.ts'
import { type Network, vnetId } from '../../src/domain/target.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import type { StepContext } from '../../src/jobs/steps/step.ts'
import { samples } from '../sample-requests.ts'
import { afterSetup } from './after-setup.ts'
import { carryOut, changesOf, endpointIn, network, serviceIn, staging, type Workshop, zoneIn } from './step-fixture.ts'

/** Zones of one name: networks share one, or have one each; a request takes away only what its own network's names are in. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

/** Whose requests have made things, besides PL-1 of prod-westus3. */
const ledger: StepContext['networkOf'] = async ({ request }) => ({ 'PL-1': network.name, 'PL-7': staging.name })[request]

const teardown = async (more: Partial<StepContext> = {}) =>
  changesOf(await makePlan('teardown', workshop.about(['analytics-prod'], network, { networkOf: ledger, ...more })))

const setup = async (name: string, from: Network, more: Partial<StepContext> = {}) =>
  changesOf(await makePlan('setup', workshop.about([name], from, { networkOf: ledger, ...more })))

function linkAlso(vnet: string): void {
  const [link] = zoneIn(world).links.values()
  if (link === undefined) throw new Error('no link')
  zoneIn(world).links.set(vnet, { ...link, id: `${link.id}-${vnet}`, name: vnet, virtualNetworkId: vnetId({ ...staging, vnet }) })
}

/** Moves this network's zone to another resource group; in the configured place is one that another network's request has just made. */
function displaceZone(): PrivateZone {
  const own = zoneIn(world)
  const moved = (id: string) => id.replace('rg-dns', 'rg-network')
  const fresh = { ...own, records: new Map(), links: new Map(), tags: { ...own.tags, privatelinkRequest: 'PL-7' } }
  world.zones.set(fresh.id.toLowerCase(), fresh)
  const links = new Map([...own.links].map(([name, link]) => [name, { ...link, id: moved(link.id) }]))
  world.zones.set(moved(own.id).toLowerCase(), { ...own, id: moved(own.id), links })
  return fresh
}

describe('a teardown', () => {
  test.each([
    ['PL-1', true],
    ['PL-7', false],
    ['PL-404', false],
  ])('an empty zone that nobody is linked to yet, made by %s: goes is %s', async (request, goes) => {
    const zone = zoneIn(world)
    zone.records.clear()
    zone.links.clear()
    zone.tags.privatelinkRequest = request
    expect(Object.hasOwn(await teardown(), 'dns-zone-removal')).toBe(goes)
  })

  test('of two zones takes the one that was linked, not the one of the configured place', async () => {
    const fresh = displaceZone()
    fresh.records.set('txt/a', { type: 'TXT', name: 'a', ttl: 60, addresses: [], metadata: {}, etag: 'e' })
    await carryOut('teardown', workshop.context({ networkOf: ledger }))
    expect([...world.zones.values()]).toEqual([fresh])
    expect(world.endpoints.size).toBe(0)
  })

  test('finds the zone of a setup that has not linked it', async () => {
    const fresh = displaceZone()
    for (const { links } of world.zones.values()) links.clear()
    await carryOut('teardown', workshop.context({ networkOf: ledger }))
    expect([...world.zones.values()]).toEqual([fresh])
    expect(world.endpoints.size).toBe(0)
  })

  test('takes its record out of the zone that another network has made, and leaves the zone', async () => {
    zoneIn(world).links.clear()
    zoneIn(world).tags.privatelinkRequest = 'PL-7'
    expect(Object.keys(await teardown())).toEqual([
      'allow-list-removal',
      'organization-entry-removal',
      'dns-record-removal',
      'private-endpoint-removal',
    ])
  })

  test('of a hub names the VNets that lose the record with it, as a part of what is approved', async () => {
    const alone = await makePlan('teardown', workshop.about(['analytics-prod'], network, { networkOf: ledger }))
    expect(alone.warnings).toBeUndefined()
    linkAlso('vnet-spoke-1')
    linkAlso('vnet-spoke-2')
    const shared = await makePlan('teardown', workshop.about(['analytics-prod'], network, { networkOf: ledger }))
    expect(shared.warnings).toEqual([
      'vnet-spoke-1, vnet-spoke-2 are linked to the zone as well, and will no longer reach the service by these records.',
    ])
    expect(digestOf({ ...shared, warnings: [] })).not.toBe(digestOf(shared))
    const { asked } = samples['awaiting-approval']
    const request = { ...samples['awaiting-approval'], action: 'teardown' as const, asked, plan: shared }
    expect(JSON.stringify(requestCard(request, { decides: true }))).toContain('vnet-spoke-1, vnet-spoke-2 are linked')
  })

  test('leaves a record that leads nowhere known, where other networks are linked and none of its requests has written it', async () => {
    linkAlso('vnet-unknown')
    const [record] = zoneIn(world).records.values()
    if (record === undefined) throw new Error('no record')
    record.addresses = ['10.9.9.9']
    expect(await teardown()).toHaveProperty('dns-record-removal')
    record.metadata.privatelinkRequest = 'PL-7'
    expect(await teardown()).not.toHaveProperty('dns-record-removal')
  })
})

describe('a setup', () => {
  test('does not take over a wildcard of ours with an address that nobody knows, where other networks may need it', async () => {
    const [record] = zoneIn(world).records.values()
    if (record === undefined) throw new Error('no record')
    record.addresses = ['10.9.9.9']
    record.metadata.privatelinkRequest = 'PL-404'
    expect(await setup('analytics-prod', network)).toHaveProperty('dns-record', expect.objectContaining({ kind: 'update' }))
    linkAlso('vnet-unknown')
    await expect(setup('analytics-prod', network)).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringMatching(
        /The record \* leads to 10\.9\.9\.9, no private endpoint that this bot knows; other networks/,
      ),
    })
    // Its own it may correct.
    record.metadata.privatelinkRequest = 'PL-1'
    expect(await setup('analytics-prod', network)).toHaveProperty('dns-record', expect.objectContaining({ kind: 'update' }))
  })

  test('with another alias: a record for the own label, and one that serves the other network is blocked', async () => {
    const other = serviceIn(world, 'billing-prod')
    const before = other.alias
    other.alias = 'production-westus3-0-1.aaaa9c04-7d5b-4c1e-9c0d-2b1a0f9e8d7c.westus3.azure.privatelinkservice'
    try {
      linkAlso(staging.vnet)
      const label = `address of ${other.privateHost?.split('.')[0]}`
      // The wildcard serves the first network's endpoint of the first alias.
      expect(await setup('billing-prod', staging)).toMatchObject({
        'dns-record': { kind: 'create', fields: [{ name: label }, {}] },
      })
      await carryOut('setup', workshop.about(['billing-prod'], network))
      await expect(setup('billing-prod', staging)).rejects.toMatchObject({
        code: 'blocked',
        message: expect.stringMatching(/leads to pe-billing-prod-prod-westus3 of prod-westus3, which shares this zone/),
      })
      expect(endpointIn(world).alias).toBe(before)
    } finally {
      if (before !== undefined) other.alias = before
    }
  })
})

test('a setup names the VNets in which its record will answer too', async () => {
  linkAlso('vnet-spoke-1')
  zoneIn(world).records.clear()
  const plan = await makePlan('setup', workshop.about(['analytics-prod'], network, { networkOf: ledger }))
  expect(plan.warnings).toEqual(['vnet-spoke-1 is linked to the zone as well: names in it will lead there to this endpoint too.'])
})

test('a network whose zones stand elsewhere gets its own: the one that only other networks are linked to is theirs', async () => {
  const apart = { ...staging, dns: { ...staging.dns, resourceGroup: 'rg-dns-staging' } }
  expect(await setup('analytics-prod', apart)).toMatchObject({
    'dns-zone': { kind: 'create', fields: [{ after: 'rg-dns-staging' }] },
    'dns-record': { kind: 'create' },
  })
  // One that nobody is linked to may be meant for it.
  zoneIn(world).links.clear()
  zoneIn(world).records.clear()
  expect(await setup('analytics-prod', apart)).not.toHaveProperty('dns-zone')
})
