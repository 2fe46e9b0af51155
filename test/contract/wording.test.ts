import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Change, Plan } from '../../src/domain/plan.ts'
import { type Action, newRequest, type Request } from '../../src/domain/request.ts'
import { terraformInput } from '../../src/domain/terraform/derive.ts'
import { collide } from '../../src/domain/turns.ts'
import { makePlan } from '../../src/jobs/steps/procedure.ts'
import type { StepContext } from '../../src/jobs/steps/step.ts'
import { alice } from '../unit/literals.ts'
import { carryOut, changing, network, observe, openWorkshop, snapshot, type Workshop } from './step-fixture.ts'

/** Titles, names of fields and notes are for people. Programs do the same whatever they say. */

let workshop: Workshop
beforeAll(async () => {
  workshop = await openWorkshop()
})
afterAll(async () => await workshop.close())

const other = (words: string): string => `say ${[...words].toReversed().join('')}`

function reworded(change: Change): Change {
  return 'fields' in change
    ? { ...change, fields: change.fields.map((field) => ({ ...field, name: other(field.name) })) }
    : change
}

function rewordedPlan(plan: Plan): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step) => ({
      ...step,
      title: other(step.title),
      change: reworded(step.change),
      ...(step.note !== undefined && { note: other(step.note) }),
    })),
  }
}

/** Like `carryOut`, but each step is told of its change in other words. */
async function carryOutReworded(action: Action, context: StepContext): Promise<void> {
  for (const step of changing(action)) {
    const { change } = await observe(step, context)
    if (change.kind === 'none') continue
    await step.apply(context, reworded(change))
    await observe(step, context)
  }
}

function requestWith(plan: Plan, action: Action = 'setup'): Request {
  const asked = {
    by: alice,
    place: { surface: 'slack', id: 'C1' },
    at: '2026-01-01T00:00:00Z',
    services: [],
    network: network.name,
  } as const
  return { ...newRequest('PL-1', asked, action), plan }
}

/** What identifies a thing differs from world to world. */
function shape(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, 'id')
      .replaceAll(/127\.12\.0\.\d+/g, 'address'),
  )
}

test('a setup and a teardown make and remove the same', async () => {
  const before = snapshot(workshop.world)
  await carryOut('setup', workshop.context())
  const made = shape(snapshot(workshop.world))
  await carryOut('teardown', workshop.context())
  expect(snapshot(workshop.world)).toEqual(before)
  await carryOutReworded('setup', workshop.context())
  expect(shape(snapshot(workshop.world))).toEqual(made)
  await carryOutReworded('teardown', workshop.context())
  expect(snapshot(workshop.world)).toEqual(before)
})

test('an export and the turns of requests read the same from a plan, before and after it was carried out', async () => {
  for (const _ of ['before', 'after']) {
    const plan = await makePlan('setup', workshop.context())
    expect(terraformInput(requestWith(rewordedPlan(plan)), network)).toEqual(terraformInput(requestWith(plan), network))
    const { site } = plan
    const inAnother = { ...plan, ...(site !== undefined && { site: { ...site, vnet: 'another' } }) }
    const elsewhere = { ...requestWith(inAnother), asked: { ...requestWith(plan).asked, network: 'another' } }
    const apart = plan.steps.map((step) =>
      step.id === 'dns-zone' ? { ...step, seen: { zone: { subscription: 's', resourceGroup: 'another' } } } : step,
    )
    for (const read of [(each: Plan) => each, rewordedPlan]) {
      expect(collide(requestWith(read(plan)), elsewhere)).toBe(true)
      expect(collide(requestWith(read({ ...plan, steps: apart })), elsewhere)).toBe(false)
    }
    await carryOut('setup', workshop.context())
  }
  await carryOut('teardown', workshop.context())
})

test('an endpoint that is made anew is known by its GUID, not by the words of the plan', async () => {
  await carryOut('setup', workshop.context())
  const [endpoint] = workshop.world.endpoints.values()
  if (endpoint === undefined) throw new Error('no endpoint')
  endpoint.connection = 'Rejected'
  const plan = await makePlan('setup', workshop.context())
  const step = plan.steps.find(({ id }) => id === 'private-endpoint')
  expect(step?.change.kind).toBe('update')
  expect(step?.seen?.replacedGuids).toEqual([endpoint.resourceGuid])
})
