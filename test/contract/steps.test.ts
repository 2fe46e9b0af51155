import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import { type Action, actions } from '../../src/domain/request.ts'
import { procedures } from '../../src/jobs/procedure.ts'
import type { Step, StepContext } from '../../src/jobs/step.ts'
import {
  capture,
  carryOut,
  changes,
  changing,
  type Estate,
  isWrite,
  look,
  openWorkshop,
  seeBefore,
  snapshot,
  type Workshop,
} from './step-fixture.ts'

/** What every step owes to every other: it may be looked at, repeated and interrupted at any time, and touches nothing that it did not make. */

let workshop: Workshop
let world: World
/** How the world is before each step of each action: for setup an empty one, for allow one with an endpoint that no list names, else a whole one. */
const estates = new Map<Action, Map<Step, Estate>>()
let whole: Estate

beforeAll(async () => {
  workshop = await openWorkshop()
  world = workshop.world
  const stages = async (action: Action): Promise<void> => {
    const found = new Map<Step, Estate>()
    await carryOut(action, workshop.context(), (step) => found.set(step, capture(world)))
    estates.set(action, found)
  }
  await stages('setup')
  whole = capture(world)
  await stages('revoke')
  await stages('allow')
  await stages('teardown')
})
afterAll(async () => await workshop.close())
afterEach(() => {
  world.gate = async () => undefined
})

const writesSince = (count: number) => world.calls.slice(count).filter(isWrite)

/** Fresh eyes: what a worker sees that takes over. */
async function afresh(action: Action, step: Step, more: Partial<StepContext> = {}): Promise<StepContext> {
  const context = workshop.context(more)
  await seeBefore(action, context, step)
  return context
}

for (const action of actions) {
  describe(action, () => {
    for (const step of changing(action)) {
      describe(step.id, () => {
        beforeEach(() => estates.get(action)?.get(step)?.restore(world))

        test('looking changes nothing, and sees the same twice', async () => {
          const context = await afresh(action, step)
          const before = world.calls.length
          const first = await look(step, context)
          expect((await look(step, context)).change).toEqual(first.change)
          expect(writesSince(before)).toEqual([])
        })

        test('applied, it reads as done; applied again, nothing is there twice', async () => {
          const context = await afresh(action, step)
          const { change } = await look(step, context)
          if (changes(change)) await step.apply(context, change)
          const seen = await afresh(action, step)
          expect((await look(step, seen)).change.kind).toBe('none')
          const once = snapshot(world)
          // The vendors refuse some of what is there already; the step's caller then looks again.
          await step.apply(await afresh(action, step), change).catch(() => undefined)
          expect(snapshot(world)).toEqual(once)
        })

        test('a worker that dies between the write and its answer leaves nothing that the next one does not mend', async () => {
          const dying = new AbortController()
          const last = await afresh(action, step, { signal: dying.signal })
          const { change } = await look(step, last)
          if (!changes(change)) return
          world.gate = async (call, phase) => {
            if (phase === 'answered' && isWrite(call)) dying.abort()
            return undefined
          }
          await expect(step.apply(last, change)).rejects.toThrow()
          world.gate = async () => undefined

          const next = await afresh(action, step)
          const seen = await look(step, next)
          if (changes(seen.change)) await step.apply(next, seen.change)
          expect((await look(step, await afresh(action, step))).change.kind).toBe('none')
          const healed = counts()
          estates.get(action)?.get(step)?.restore(world)
          await step.apply(await withFacts(action, step), change)
          expect(healed).toEqual(counts())
        })

        test('writes nothing once the request is another worker’s', async () => {
          const fence = async () => {
            throw new Error('lost')
          }
          const context = await afresh(action, step, { fence })
          const { change } = await look(step, context)
          const before = snapshot(world)
          if (changes(change)) await expect(step.apply(context, change)).rejects.toThrow('lost')
          expect(snapshot(world)).toEqual(before)
        })
      })
    }

    test('has something to do at every step, so that the tests above are about something', async () => {
      const idle: string[] = []
      for (const step of changing(action)) {
        estates.get(action)?.get(step)?.restore(world)
        if (!changes((await look(step, await afresh(action, step))).change)) idle.push(step.id)
      }
      // Others stand on the endpoint, and setup replaces an entry only after it has made an endpoint anew.
      expect(idle).toEqual(action === 'setup' ? ['organization-entry-removal'] : ['private-endpoint'])
    })
  })
}

async function withFacts(action: Action, step: Step): Promise<StepContext> {
  const context = await afresh(action, step)
  await look(step, context)
  return context
}

/** How many there are of each kind; ids of their own differ from time to time. */
function counts(): unknown {
  const zones = [...world.zones.values()]
  return {
    endpoints: world.endpoints.size,
    zones: zones.length,
    links: zones.flatMap(({ links }) => [...links.values()]).length,
    records: zones.flatMap(({ records }) => [...records.values()]).filter(({ type }) => type.toLowerCase() === 'a').length,
    entries: world.organizations.flatMap(({ privateEndpoints }) => privateEndpoints).length,
    lists: world.services.map(({ privateEndpointIds }) => privateEndpointIds.length),
  }
}

describe('what others made', () => {
  /** The same estate, made by somebody else. */
  function furnishForeign(): void {
    whole.restore(world)
    for (const endpoint of world.endpoints.values()) endpoint.tags = { owner: 'hub' }
    for (const zone of world.zones.values()) {
      zone.tags = { owner: 'hub' }
      for (const record of zone.records.values()) record.metadata = {}
      for (const link of zone.links.values()) link.tags = { owner: 'hub' }
    }
    for (const { privateEndpoints } of world.organizations) {
      for (const entry of privateEndpoints) entry.description = 'theirs'
    }
  }

  test('setup uses it as it is', async () => {
    furnishForeign()
    const before = snapshot(world)
    await carryOut('setup', workshop.context())
    expect(snapshot(world)).toEqual(before)
  })

  test('teardown takes away only the entry of the list, which is what it was asked for', async () => {
    furnishForeign()
    const before = snapshot(world) as { lists: unknown }
    const others = procedures.teardown.filter(({ id }) => id !== 'allow-list-removal')
    const context = workshop.context()
    for (const step of others) expect((await look(step, context)).change).toEqual({ kind: 'none' })
    await carryOut('teardown', workshop.context())
    expect({ ...(snapshot(world) as object), lists: before.lists }).toEqual(before)
    expect(world.services.flatMap(({ privateEndpointIds }) => privateEndpointIds)).toEqual([])
  })

  test('an undo takes back only what the request made that it undoes', async () => {
    whole.restore(world)
    const before = snapshot(world)
    const undoing = { request: 'PL-2', made: new Set(changing('setup').map(({ id }) => id)), listed: [] }
    const context = workshop.context({ requestId: 'PL-3', undoing: { ...undoing, made: new Set() } })
    await carryOut('teardown', context)
    expect(snapshot(world)).toEqual(before)
    // Marked as made by another request, also where the journal would say otherwise.
    for (const step of changing('teardown')) {
      if (['private-endpoint-removal', 'dns-zone-removal', 'dns-record-removal', 'network-link-removal'].includes(step.id)) {
        const eyes = workshop.context({ undoing })
        await seeBefore('teardown', eyes, step)
        expect((await look(step, eyes)).change.kind).toBe('none')
      }
    }
  })

  test.each([true, false])('a foreign record in the way is blocked, not overwritten (wildcard: %s)', async (wildcard) => {
    whole.restore(world)
    const [zone] = world.zones.values()
    const record = zone?.records.get('a/*')
    if (zone === undefined || record === undefined) throw new Error('no record')
    const foreign = { ...record, addresses: ['127.12.0.99'], metadata: { owner: 'hub' } }
    zone.tags = { costCenter: '4711' }
    if (wildcard) zone.records.set('a/*', foreign)
    else zone.records.set('a/q7k3m9x2wb', { ...foreign, name: 'q7k3m9x2wb' })
    const before = snapshot(world)
    await carryOut('setup', workshop.context()).catch(() => undefined)
    const context = workshop.context()
    const step = changing('setup').find(({ id }) => id === 'dns-record') as Step
    await seeBefore('setup', context, step)
    expect((await look(step, context)).change).toMatchObject({
      kind: 'blocked',
      reason: expect.stringMatching(/\(owner=hub; its zone in rg-dns: costCenter=4711\)/),
    })
    expect(snapshot(world)).toEqual(before)
  })
})
