import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { World } from '../../../../sandbox/world.ts'
import type { StepContext } from '../../../../src/jobs/steps/step.ts'
import {
  applyUntil,
  capture,
  carryOut,
  type Estate,
  openWorkshop,
  serviceIn,
  type Workshop,
} from '../../../contract/step-fixture.ts'

/** Of several services, one that somebody else puts on its list in the same moment does not keep the others waiting. */

let workshop: Workshop
let world: World
let unlisted: Estate
beforeAll(async () => {
  workshop = await openWorkshop()
  world = workshop.world
  await carryOut('setup', workshop.context())
  for (const service of world.services) service.privateEndpointIds = []
  unlisted = capture(world)
})
beforeEach(() => unlisted.restore(world))
afterEach(() => {
  world.gate = async () => undefined
})
afterAll(async () => await workshop.close())

const service = (name: string) => serviceIn(world, name)

function both(changes: Partial<StepContext> = {}): StepContext {
  const { target } = workshop.context()
  const [first] = target.services
  const { id, name, privateHost = '' } = service('billing-prod')
  const second = { service: { ...first.service, id, name }, host: privateHost }
  return workshop.context({ ...changes, target: { ...target, services: [first, second] } })
}

const allow = async () => await applyUntil('allow-list', 'allow', both)

const guid = () => [...world.endpoints.values()][0]?.resourceGuid ?? ''
const patches = (name: string) =>
  world.calls.filter(({ method, path }) => method === 'PATCH' && path.includes(service(name).id)).length

/** Does it as the change of the service's list arrives. */
function whenPatched(name: string, then: () => void): void {
  world.gate = async ({ method, path }, phase) => {
    if (phase === 'arrived' && method === 'PATCH' && path.includes(service(name).id)) then()
    return undefined
  }
}

test('the rest is done', async () => {
  whenPatched('analytics-prod', () => {
    service('analytics-prod').privateEndpointIds = [guid()]
  })
  const earlier = patches('analytics-prod')
  await allow()
  expect(patches('analytics-prod') - earlier).toBe(1)
  expect(service('billing-prod').privateEndpointIds).toEqual([guid()])
})

test('a refusal of what is not there is one', async () => {
  world.gate = async ({ method, path }, phase) =>
    phase === 'arrived' && method === 'PATCH' && path.includes(service('billing-prod').id)
      ? { status: 400, body: { status: 400, error: 'BAD_REQUEST: no', requestId: 'rq-1' } }
      : undefined
  const earlier = patches('billing-prod')
  await expect(allow()).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  expect(patches('billing-prod') - earlier).toBe(2)
  expect(service('analytics-prod').privateEndpointIds).toEqual([guid()])
})

test('a list that somebody else changes time and again is not written for ever', async () => {
  const { privateEndpointIds: list, id } = service('analytics-prod')
  const earlier = patches('analytics-prod')
  world.gate = async ({ method, path }, phase) => {
    if (phase !== 'arrived' || method !== 'PATCH' || !path.includes(id)) return undefined
    list.push(crypto.randomUUID())
    return { status: 400, body: { status: 400, error: 'BAD_REQUEST: no', requestId: 'rq-1' } }
  }
  await expect(allow()).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  expect(patches('analytics-prod') - earlier).toBe(5)
})
