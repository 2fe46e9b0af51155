import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { NetworkLink, World } from '../../../../sandbox/world.ts'
import { makePlan } from '../../../../src/jobs/steps/procedure.ts'
import { afterSetup } from '../../../contract/after-setup.ts'
import { applyUntil, isWrite, type Workshop } from '../../../contract/step-fixture.ts'

let workshop: Workshop
let world: World
afterSetup((opened) => {
  workshop = opened
  world = opened.world
})

function link(): NetworkLink {
  const [found] = [...world.zones.values()].flatMap(({ links }) => [...links.values()])
  if (found === undefined) throw new Error('no link')
  return found
}

test('a link that is stuck in progress is waited for, and not written again', async () => {
  link().state = 'InProgress'
  const { steps } = await makePlan('setup', workshop.context())
  expect(steps.find(({ id }) => id === 'network-link')?.change).toEqual({
    kind: 'update',
    fields: [{ name: 'state', before: 'in progress', after: 'completed' }],
  })
  const before = world.calls.length
  let completed = false
  void sleep(1_500).then(() => {
    link().state = 'Completed'
    completed = true
  })
  expect((await applyUntil('network-link', 'setup', workshop.context)).get('network-link')?.state).toBe('done')
  expect(completed).toBe(true)
  expect(world.calls.slice(before).filter(isWrite)).toEqual([])
})

test('a link that is taken away while it is waited for is made again', async () => {
  link().state = 'InProgress'
  void sleep(700).then(() => {
    for (const { links } of world.zones.values()) links.clear()
  })
  expect((await applyUntil('network-link', 'setup', workshop.context)).get('network-link')?.state).toBe('done')
  expect(link().state).toBe('Completed')
})

test('so is a zone that is being made by somebody, and does not come to be', async () => {
  for (const zone of world.zones.values()) zone.provisioningState = 'Creating'
  const { steps } = await makePlan('setup', workshop.context())
  expect(steps.find(({ id }) => id === 'dns-zone')).toMatchObject({ change: { kind: 'update' }, note: 'in rg-dns' })
  void sleep(700).then(() => world.zones.clear())
  expect((await applyUntil('network-link', 'setup', workshop.context)).get('network-link')?.state).toBe('done')
  expect(world.zones.size).toBe(1)
})
