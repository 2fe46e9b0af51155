import { describe, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import type { Tags } from '../../src/domain/ownership.ts'
import { readingOlderMarks } from '../../src/jobs/requests/older-marks.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import type { StepContext } from '../../src/jobs/steps/step.ts'
import { afterSetup } from './after-setup.ts'
import { askedAt, changesOf, endpointIn, network, serviceIn, snapshot, type Workshop, zoneIn } from './step-fixture.ts'

/** Two bots, each with a ledger of its own, may look after one subscription: each takes away what it made, and nothing else. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

const everything = [
  'allow-list-removal',
  'organization-entry-removal',
  'dns-record-removal',
  'network-link-removal',
  'dns-zone-removal',
  'private-endpoint-removal',
]
const notOurs = ['allow-list-removal']

async function teardown(changes: Partial<StepContext> = {}): Promise<readonly string[]> {
  return Object.keys(changesOf(await makePlan('teardown', workshop.about(['analytics-prod'], network, changes)))).toSorted()
}

const another = { installation: 'another', request: 'PL-1', askedAt }

describe('a teardown', () => {
  test('by the installation that made it takes everything away', async () => {
    expect(await teardown()).toEqual(everything.toSorted())
  })

  test('by another one, with a request of the same id, takes nothing away but the entries of the list', async () => {
    expect(await teardown({ maker: another, networkOf: async () => network.name })).toEqual(notOurs)
  })

  test('reads tags in other letters', async () => {
    rewriteTags((tags) => Object.fromEntries(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value])))
    expect(await teardown()).toEqual(everything.toSorted())
  })
})

describe('tags and descriptions of an older version, which name no installation', () => {
  const older = (isKnown: boolean): Partial<StepContext> => {
    const { maker, clouds } = workshop.context()
    return { clouds: readingOlderMarks(clouds, maker, async () => isKnown), hasListed: async () => isKnown }
  }
  const forget = () => {
    rewriteTags(({ managedBy = '', privatelinkRequest = '' }) => ({ managedBy, privatelinkRequest }))
    for (const { privateEndpoints } of world.organizations)
      for (const entry of privateEndpoints) entry.description = `${network.name} (privatelink-bot)`
  }

  test('are ours where the ledger has the request', async () => {
    forget()
    expect(await teardown(older(true))).toEqual(everything.toSorted())
  })

  test('are foreign where it has not', async () => {
    forget()
    expect(await teardown(older(false))).toEqual(notOurs)
  })

  test('do not make another installation’s things ours', async () => {
    expect(await teardown({ ...older(true), maker: another })).toEqual(notOurs)
  })

  test('are written anew with the record that a setup corrects', async () => {
    forget()
    const record = zoneIn(world).records.get('A/*') ?? zoneIn(world).records.values().next().value
    if (record === undefined) throw new Error('no record')
    record.addresses = ['10.9.9.9']
    const context = workshop.about(['analytics-prod'], network, older(true))
    expect(changesOf(await makePlan('setup', context))).toMatchObject({ 'dns-record': { kind: 'update' } })
  })
})

test('an undo leaves what a request of the same id made before a restore, and its tags stay as they are', async () => {
  const made = new Set(['private-endpoint', 'dns-zone', 'dns-record', 'network-link'] as const)
  const ids = [endpointIn(world).resourceGuid]
  const { organizationId, id } = serviceIn(world, 'analytics-prod')
  const listed = [organizationId, id].map((list) => ({ list, ids }))
  const undoing = { request: 'PL-1', askedAt: '2026-04-01T08:00:00.000Z', made, listed }
  const before = snapshot(world)
  expect(await teardown({ undoing })).not.toContain('private-endpoint-removal')
  expect(await teardown({ undoing: { ...undoing, askedAt } })).toContain('private-endpoint-removal')
  expect(snapshot(world)).toEqual(before)
})

function rewriteTags(change: (tags: Tags) => Tags): void {
  const zone = zoneIn(world)
  for (const thing of [endpointIn(world), zone, ...zone.links.values()]) thing.tags = { ...change(thing.tags) }
  for (const record of zone.records.values()) record.metadata = { ...change(record.metadata) }
}
