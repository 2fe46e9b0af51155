import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StepProgress } from '../../../../src/domain/request.ts'
import { apply } from '../../../../src/jobs/requests/apply.ts'
import { makePlan } from '../../../../src/jobs/steps/procedure.ts'
import { isWrite, openWorkshop, type Workshop } from '../../../contract/step-fixture.ts'
import { samples } from '../../../sample-requests.ts'

/** Whoever audits a request finds each of its writes in the vendor's own log, by the vendor's id of the call. */

interface Entry {
  readonly id: string
  readonly state: StepProgress['state']
  readonly receipts: readonly string[]
}

let workshop: Workshop
beforeAll(async () => {
  workshop = await openWorkshop()
})
afterAll(async () => await workshop.close())

/** Carries out a setup until the signal aborts. */
async function setUp(signal: AbortSignal, written: (entry: Entry) => void = () => undefined): Promise<readonly Entry[]> {
  const context = workshop.context({ signal })
  const entries: Entry[] = []
  await apply({
    plan: await makePlan('setup', context),
    request: { ...samples.applying, action: 'setup', steps: {} },
    context: { ...context, facts: {} },
    now: () => new Date().toISOString(),
    async record(id, { state }, receipts) {
      const entry = { id, state, receipts: [...receipts] }
      entries.push(entry)
      written(entry)
    },
  }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return entries
}

test('a step that is stopped after it wrote says what it wrote, and a run that finds it in place claims nothing', async () => {
  const { world } = workshop
  const listed = new AbortController()
  world.gate = async ({ method, path, vendor }, phase) => {
    const wrote = world.calls.some(
      (call) => call.vendor === 'clickhouse' && call.method === 'PATCH' && call.path.includes('/services/'),
    )
    if (!wrote || vendor !== 'clickhouse' || method !== 'GET' || !path.includes('/services/') || phase !== 'arrived')
      return undefined
    // The link is made at the same time: its own write has to be answered.
    const linking = () =>
      world.calls.some(
        (call) => call.method === 'PUT' && call.path.includes('/virtualNetworkLinks/') && call.status !== undefined,
      )
    while (!linking()) await sleep(10)
    await sleep(50)
    listed.abort()
    return undefined
  }
  const begun = await setUp(listed.signal)
  expect(begun.filter(({ id }) => id === 'allow-list').map(({ state, receipts }) => [state, receipts.length])).toEqual([
    ['running', 0],
    ['running', 1],
  ])
  const ids = begun.flatMap(({ receipts }) => receipts)
  expect(ids).toHaveLength(world.calls.filter(isWrite).length)
  expect(new Set(ids).size).toBe(ids.length)
  const writing = begun.filter(({ receipts }) => receipts.length > 0).map(({ id }) => id)
  expect(writing.toSorted()).toEqual([
    'allow-list',
    'dns-record',
    'dns-zone',
    'network-link',
    'organization-entry',
    'private-endpoint',
  ])

  world.gate = async () => undefined
  const done = new AbortController()
  const again = await setUp(done.signal, ({ id, state }) => {
    if (id === 'allow-list' && state === 'done') done.abort()
  })
  expect(again.flatMap(({ receipts }) => receipts)).toEqual([])
})
