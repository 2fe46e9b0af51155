import { expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import { afterSetup } from './after-setup.ts'
import { carryOut, changesOf, type Workshop } from './step-fixture.ts'

/** Policies and other tools rewrite the names of tags: Azure does not tell them apart by case. */

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

test.each([
  ['lower', (name: string) => name.toLowerCase()],
  ['upper', (name: string) => name.toUpperCase()],
])('what has its tags in %s case is this bot’s all the same', async (_case, rewritten) => {
  const rewrite = (tags: Record<string, string>) =>
    Object.fromEntries(Object.entries(tags).map(([name, value]) => [rewritten(name), value]))
  for (const endpoint of world.endpoints.values()) endpoint.tags = rewrite(endpoint.tags)
  for (const zone of world.zones.values()) {
    zone.tags = rewrite(zone.tags)
    for (const link of zone.links.values()) link.tags = rewrite(link.tags)
    for (const record of zone.records.values()) record.metadata = rewrite(record.metadata)
  }
  expect(changesOf(await makePlan('setup', workshop.context()))).toEqual({})
  await carryOut('teardown', workshop.context())
  expect([world.endpoints.size, world.zones.size]).toEqual([0, 0])
})
