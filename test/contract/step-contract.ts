import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../sandbox/world.ts'
import type { StepId } from '../../src/domain/plan.ts'
import type { Action } from '../../src/domain/request.ts'
import type { Step, StepContext } from '../../src/jobs/steps/step.ts'
import { capture, changes, changing, type Estate, isWrite, observe, seeBefore, snapshot, type Workshop } from './step-fixture.ts'

/** A request on an estate in which there is something to do for it. */
export interface Scenario {
  readonly name: string
  readonly action: Action
  readonly changes: Partial<StepContext>
  /** Steps that others stand on, or that have nothing to do here. */
  readonly idle: readonly StepId[]
  /** How the world is before each step. */
  readonly estates: Map<Step, Estate>
  /** Steps that had nothing to do when it was carried out. */
  readonly seenIdle: StepId[]
}

export function scenario(name: string, action: Action, idle: readonly StepId[], changes: Partial<StepContext> = {}): Scenario {
  return { name, action, idle, changes, estates: new Map(), seenIdle: [] }
}

/** Carries it out in the world as it is now. */
export async function stage({ context, world }: Workshop, each: Scenario, more: Partial<StepContext> = {}): Promise<void> {
  const once = context({ ...each.changes, ...more })
  for (const step of changing(each.action)) {
    each.estates.set(step, capture(world))
    const { change } = await observe(step, once)
    if (!changes(change)) each.seenIdle.push(step.id)
    else await step.apply(once, change)
    await observe(step, once)
  }
}

/**
 * What every step owes to every other: it may be looked at, repeated and interrupted at any time. Azure gives 500 reads of DNS in five minutes, so not
 * every scenario fits into one workshop.
 */
export function holdSteps(scenarios: readonly Scenario[], open: () => Workshop): void {
  let world: World
  beforeEach(() => {
    world = open().world
  })
  afterEach(() => {
    world.gate = async () => undefined
  })

  const writesSince = (count: number) => world.calls.slice(count).filter(isWrite)

  /** Fresh eyes: what a worker sees that takes over. */
  async function afresh({ action, changes }: Scenario, step: Step, more: Partial<StepContext> = {}): Promise<StepContext> {
    const context = open().context({ ...changes, ...more })
    await seeBefore(action, context, step)
    return context
  }

  for (const each of scenarios) {
    describe(each.name, () => {
      for (const step of changing(each.action)) {
        describe(step.id, () => {
          beforeEach(() => each.estates.get(step)?.restore(world))

          test('looking changes nothing, and sees the same twice', async () => {
            const context = await afresh(each, step)
            const before = world.calls.length
            const first = await observe(step, context)
            expect((await observe(step, context)).change).toEqual(first.change)
            expect(writesSince(before)).toEqual([])
          })

          test('applied, it reads as done; applied again, nothing is there twice', async () => {
            const context = await afresh(each, step)
            const { change } = await observe(step, context)
            if (changes(change)) await step.apply(context, change)
            const seen = await afresh(each, step)
            expect((await observe(step, seen)).change.kind).toBe('none')
            const once = snapshot(world)
            // The vendors refuse some of what is there already; the step's caller then looks again.
            await step.apply(await afresh(each, step), change).catch(() => undefined)
            expect(snapshot(world)).toEqual(once)
          })

          test('a worker that dies between the write and its answer leaves nothing that the next one does not mend', async () => {
            const dying = new AbortController()
            const last = await afresh(each, step, { signal: dying.signal })
            const { change } = await observe(step, last)
            if (!changes(change)) return
            world.gate = async (call, phase) => {
              if (phase === 'answered' && isWrite(call)) dying.abort()
              return undefined
            }
            await expect(step.apply(last, change)).rejects.toThrow()
            world.gate = async () => undefined

            const next = await afresh(each, step)
            const seen = await observe(step, next)
            if (changes(seen.change)) await step.apply(next, seen.change)
            expect((await observe(step, await afresh(each, step))).change.kind).toBe('none')
            const healed = counts()
            each.estates.get(step)?.restore(world)
            await step.apply(await withFacts(each, step), change)
            expect(healed).toEqual(counts())
          })

          test('writes nothing once the request is another worker’s', async () => {
            const fence = async () => {
              throw new Error('lost')
            }
            const context = await afresh(each, step, { fence })
            const { change } = await observe(step, context)
            const before = snapshot(world)
            if (changes(change)) await expect(step.apply(context, change)).rejects.toThrow('lost')
            expect(snapshot(world)).toEqual(before)
          })
        })
      }

      test('has something to do at every step, so that the tests above are about something', () => {
        expect(each.seenIdle).toEqual(each.idle)
      })
    })
  }

  async function withFacts(each: Scenario, step: Step): Promise<StepContext> {
    const context = await afresh(each, step)
    await observe(step, context)
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
}
