import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { organizationId } from '../../../../sandbox/estate.ts'
import type { World } from '../../../../sandbox/world.ts'
import { apply } from '../../../../src/jobs/requests/apply.ts'
import { makePlan } from '../../../../src/jobs/steps/procedure.ts'
import { capture, carryOut, openWorkshop, type Workshop } from '../../../contract/step-fixture.ts'
import { samples } from '../../../sample-requests.ts'

/** Organization-level `add` is deprecated, and no field of its answer is promised: only what a read shows is believed. */

let workshop: Workshop
let world: World
let unlisted: ReturnType<typeof capture>
beforeAll(async () => {
  workshop = await openWorkshop()
  world = workshop.world
  await carryOut('setup', workshop.context())
  for (const organization of world.organizations) organization.privateEndpoints = []
  for (const service of world.services) service.privateEndpointIds = []
  unlisted = capture(world)
})
beforeEach(() => {
  world.gate = async () => undefined
  unlisted.restore(world)
})
afterAll(async () => await workshop.close())

const thin = { status: 200, body: { status: 200, requestId: 'rq-1', result: { id: organizationId, name: 'acme' } } }

/** What the PATCH of the organization answers; `arrived` has no effect, `answered` has had one. */
function answerAdd(when: 'arrived' | 'answered', answer: { readonly status: number; readonly body: object }): void {
  world.gate = async ({ vendor, method, path }, phase) =>
    vendor === 'clickhouse' && method === 'PATCH' && /organizations\/[^/]+$/.test(path) && phase === when ? answer : undefined
}

async function setUp(): Promise<ReadonlyMap<string, string>> {
  const listed = new AbortController()
  const context = workshop.context({ signal: listed.signal })
  const notes = new Map<string, string>()
  const { outcome: _, ...request } = samples.done
  await apply({
    plan: await makePlan('setup', context),
    request: { ...request, action: 'setup', steps: {} },
    context: { ...context, facts: {} },
    now: () => new Date().toISOString(),
    record: async (id, { state, note = '' }) => {
      notes.set(id, `${state} ${note}`.trim())
      // What comes after the lists is not of interest here.
      if (id === 'allow-list' && state === 'done') listed.abort()
    },
  }).catch((error: unknown) => {
    if (!listed.signal.aborted) throw error
  })
  return notes
}

const guid = () => [...world.endpoints.values()][0]?.resourceGuid
const entries = () => world.organizations.flatMap(({ privateEndpoints }) => privateEndpoints.map(({ id }) => id))

test('an answer that does not show the list is followed by a read', async () => {
  answerAdd('answered', thin)
  expect((await setUp()).get('organization-entry')).toBe('done')
  expect(entries()).toEqual([guid()])
})

test('an add without effect is left to the allow list, and looked for afterwards', async () => {
  answerAdd('arrived', thin)
  expect((await setUp()).get('organization-entry')).toBe('done comes with the allow list')
  expect(entries()).toEqual([guid()])
})

test('so is an id that is said to be there already, and does not show', async () => {
  const error = 'BAD_REQUEST: private endpoint already exists in organization'
  answerAdd('arrived', { status: 400, body: { status: 400, error, requestId: 'rq-1' } })
  expect((await setUp()).get('organization-entry')).toBe('done comes with the allow list')
  expect(entries()).toEqual([guid()])
})

test('another refusal is one', async () => {
  const error = 'BAD_REQUEST: region is not supported'
  answerAdd('arrived', { status: 400, body: { status: 400, error, requestId: 'rq-1' } })
  await expect(setUp()).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  expect(entries()).toEqual([])
})

test('an add without effect is looked for also where the lists name the endpoint already', async () => {
  for (const service of world.services) service.privateEndpointIds = [guid() ?? '']
  answerAdd('arrived', thin)
  let reads = 0
  const before = world.calls.length
  const { gate } = world
  world.gate = async (call, phase) => {
    const isRead = call.vendor === 'clickhouse' && call.method === 'GET' && /organizations\/[^/]+$/.test(call.path)
    const added = world.calls.slice(before).some(({ method, path }) => method === 'PATCH' && path === call.path)
    // Right after the add it is not there yet.
    if (isRead && added && phase === 'arrived' && ++reads === 2) {
      const [organization] = world.organizations
      organization?.privateEndpoints.push({ id: guid() ?? '', description: '', cloudProvider: 'azure', region: 'westus3' })
    }
    return await gate(call, phase)
  }
  const notes = await setUp()
  expect(notes.get('allow-list')).toBe('done')
  expect(entries()).toEqual([guid()])
})
