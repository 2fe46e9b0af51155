import { describe, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import { afterSetup } from './after-setup.ts'
import { carryOut, changesOf, endpointIn, network, serviceIn, snapshot, staging, type Workshop } from './step-fixture.ts'

/** What an endpoint that is gone has left in the lists of services and organization goes; what lives, or is somebody else's, stays. */

let workshop: Workshop
let world: World
afterSetup(
  (opened) => {
    workshop = opened
    world = opened.world
  },
  ['analytics-prod', 'billing-prod'],
)

const list = (name = 'analytics-prod') => serviceIn(world, name).privateEndpointIds
const entries = () => world.organizations[0]?.privateEndpoints.map(({ id }) => id)
/** As a request does it: planned, then carried out by that plan. */
async function setup(...names: readonly string[]): Promise<void> {
  const approved = await makePlan('setup', workshop.about(names))
  await carryOut('setup', workshop.about(names, network, { approved }))
}

/** Somebody deletes the endpoint in Azure; its ids. */
function deleteByHand(): { readonly guid: string; readonly id: string } {
  const { id, resourceGuid: guid } = endpointIn(world)
  world.endpoints.clear()
  return { guid, id }
}

describe('a setup', () => {
  test('takes the ids of a deleted endpoint off the lists, and then out of the organization, when nobody lists them any more', async () => {
    const { guid } = deleteByHand()
    serviceIn(world, 'analytics-prod').privateEndpointIds = ['THEIRS', guid.toUpperCase()]
    const planned = changesOf(await makePlan('setup', workshop.about(['analytics-prod'])))
    expect(planned['allow-list']).toMatchObject({
      fields: [{ after: '(known after apply)' }, { name: 'analytics-prod id', before: guid.toUpperCase() }, {}],
    })
    // The other service of the endpoint still lists it: ClickHouse Cloud would refuse.
    expect(planned).not.toHaveProperty('organization-entry-removal')
    await setup('analytics-prod')
    const { resourceGuid: fresh } = endpointIn(world)
    expect(list()).toEqual(['THEIRS', fresh])
    expect(list('billing-prod')).toEqual([guid])
    expect(entries()).toEqual([guid, fresh])

    await setup('billing-prod')
    expect(list('billing-prod')).toEqual([fresh])
    expect(entries()).toEqual([fresh])
    expect(changesOf(await makePlan('setup', workshop.about(['analytics-prod', 'billing-prod'])))).toEqual({})
  })

  test('finds what an earlier one has left in the organization alone', async () => {
    const { guid } = deleteByHand()
    for (const service of world.services) service.privateEndpointIds = []
    await setup('analytics-prod')
    expect(entries()).toContain(guid)
    expect(changesOf(await makePlan('setup', workshop.about(['analytics-prod'])))).toEqual({
      'organization-entry-removal': { kind: 'delete', fields: [{ name: 'id', before: guid }] },
    })
    await setup('analytics-prod')
    expect(entries()).toEqual([endpointIn(world).resourceGuid])
  })

  test('takes nothing out of the organization that its approved plan does not name', async () => {
    const { guid } = deleteByHand()
    for (const service of world.services) service.privateEndpointIds = []
    const approved = await makePlan('setup', workshop.about(['analytics-prod']))
    await setup('analytics-prod')
    expect(entries()).toContain(guid)
    const now = workshop.about(['analytics-prod'], network, { approved })
    expect(changesOf(await makePlan('setup', now))).toEqual({})
  })

  test('knows the Resource ID of an endpoint that is gone, in any case, where the list holds that form', async () => {
    const { guid, id } = deleteByHand()
    for (const service of world.services) service.privateEndpointIds = []
    // Another service is named first now, so the new endpoint has another name.
    serviceIn(world, 'analytics-prod').privateEndpointIds = [id.toUpperCase()]
    await setup('billing-prod', 'analytics-prod')
    const fresh = endpointIn(world)
    expect(fresh.id).not.toBe(id)
    expect(list()).toEqual([fresh.resourceGuid])
    expect(entries()).not.toContain(id)
    expect(guid).not.toBe(fresh.resourceGuid)
  })

  test('keeps the Resource ID that its new endpoint has again', async () => {
    const { id } = deleteByHand()
    for (const service of world.services) service.privateEndpointIds = []
    serviceIn(world, 'analytics-prod').privateEndpointIds = [id]
    await setup('analytics-prod')
    expect(list()).toEqual([id])
  })

  test.each(['allow list', 'organization'])(
    'a worker that dies after the change of the %s is healed by the next',
    async (where) => {
      const { guid } = deleteByHand()
      serviceIn(world, 'billing-prod').privateEndpointIds = []
      const approved = await makePlan('setup', workshop.about(['analytics-prod']))
      expect(changesOf(approved)).toHaveProperty('organization-entry-removal')
      const dying = new AbortController()
      let writes = 0
      world.gate = async ({ vendor, method, path }, phase) => {
        const here = /services/.test(path) === (where === 'allow list')
        if (vendor === 'clickhouse' && method === 'PATCH' && phase === 'answered' && here) writes++
        // The organization's first is the new entry.
        if (writes === (where === 'allow list' ? 1 : 2)) dying.abort()
        return undefined
      }
      await expect(
        carryOut('setup', workshop.about(['analytics-prod'], network, { approved, signal: dying.signal })),
      ).rejects.toThrow()
      world.gate = async () => undefined
      await carryOut('setup', workshop.about(['analytics-prod'], network, { approved }))
      expect(list()).toEqual([endpointIn(world).resourceGuid])
      expect(entries()).toEqual([endpointIn(world).resourceGuid])
      expect(guid).not.toBe(endpointIn(world).resourceGuid)
    },
  )
})

describe('stays, because it lives or is not ours:', () => {
  test('an id of another endpoint of this network, of another VNet, or with a dead connection', async () => {
    const living = endpointIn(world)
    const elsewhere = { subnetId: living.subnetId.replace('vnet-prod', 'vnet-other') }
    const others = [{ alias: 'another' }, elsewhere, { alias: 'another', connection: 'Rejected' as const }]
    others.forEach((change, at) => {
      const guid = `2222222${at}-d824-450d-83c5-2fdad29e39d1`
      const id = `${living.id}-${at}`
      world.endpoints.set(id.toLowerCase(), { ...living, ...change, id, resourceGuid: guid })
      const [entry] = world.organizations[0]?.privateEndpoints ?? []
      if (entry !== undefined) world.organizations[0]?.privateEndpoints.push({ ...entry, id: guid })
      serviceIn(world, 'analytics-prod').privateEndpointIds.push(guid)
    })
    expect(changesOf(await makePlan('setup', workshop.about(['analytics-prod'])))).toEqual({})
  })

  test('an id that somebody else registered, that was registered for another network, or that nobody knows', async () => {
    const [entry] = world.organizations[0]?.privateEndpoints ?? []
    if (entry === undefined) throw new Error('no entry')
    for (const description of ['by hand', '', `${staging.name} (privatelink-bot)`]) {
      const id = `theirs ${description}`
      world.organizations[0]?.privateEndpoints.push({ ...entry, id, description })
      serviceIn(world, 'analytics-prod').privateEndpointIds.push(id)
    }
    const foreign = endpointIn(world).id.replace(/[^/]+$/, 'pe-by-hand')
    serviceIn(world, 'analytics-prod').privateEndpointIds.push('unknown', foreign)
    expect(changesOf(await makePlan('setup', workshop.about(['analytics-prod'])))).toEqual({})
    const before = snapshot(world)
    await carryOut('revoke', workshop.about(['billing-prod']))
    await setup('billing-prod')
    expect(snapshot(world)).toEqual(before)
  })
})

describe('a teardown', () => {
  test('takes it away in either form, also beside a live endpoint', async () => {
    const { guid, id } = deleteByHand()
    for (const service of world.services) service.privateEndpointIds = []
    await setup('billing-prod')
    const fresh = endpointIn(world).resourceGuid
    serviceIn(world, 'billing-prod').privateEndpointIds = [guid, id.toUpperCase(), fresh, 'theirs']
    await carryOut('teardown', workshop.about(['billing-prod']))
    expect(list('billing-prod')).toEqual(['theirs'])
    expect(entries()).toEqual([])
    expect(world.endpoints.size).toBe(0)
  })

  test('an old id on the list of a service that is not asked for does not keep the live endpoint', async () => {
    const { guid } = deleteByHand()
    serviceIn(world, 'analytics-prod').privateEndpointIds = []
    await setup('analytics-prod')
    await carryOut('teardown', workshop.about(['analytics-prod']))
    expect(world.endpoints.size).toBe(0)
    expect(list('billing-prod')).toEqual([guid])
    expect(entries()).toEqual([guid])
  })
})
