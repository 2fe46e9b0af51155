import { randomInt } from 'node:crypto'
import type { Gate } from '../../world.ts'
import type { House } from '../house.ts'
import { allFaults, groups } from './all.ts'
import type { Fault, Site, Undo } from './fault.ts'

/** The switches of the faults, and the one that is hidden for training. */
export interface FaultBoard {
  /** As the page shows it; what is hidden is not in it. */
  view(): FaultView
  on(key: string): Promise<void>
  off(key: string): Promise<void>
  /** Breaks something, and does not say what. */
  surprise(): Promise<void>
  /** The person gives up. */
  reveal(): void
  /** Tells which causes a new diagnosis has named. */
  diagnosed(codes: readonly string[], at: number): void
  close(): Promise<void>
}

export interface FaultView {
  /** Whether there is a connection to break. */
  readonly isReady: boolean
  readonly groups: readonly {
    readonly title: string
    readonly faults: readonly (Pick<Fault, 'key' | 'code' | 'title' | 'field' | 'needsConnection'> & { readonly isOn: boolean })[]
  }[]
  /** `since`, `foundAt`: milliseconds since the epoch. */
  readonly surprise?: { readonly since: number; readonly foundAt?: number; readonly key?: string; readonly gaveUp?: true }
}

interface Surprise {
  readonly fault: Fault
  readonly since: number
  foundAt?: number
  gaveUp?: true
}

export function createBoard(house: House): FaultBoard {
  const { world } = house.sandbox
  const undos = new Map<string, Undo>()
  const gates = new Set<Gate>()
  let surprise: Surprise | undefined
  let turn: Promise<unknown> = Promise.resolve()

  world.gate = async (call, phase) => {
    for (const gate of gates) {
      const refusal = await gate(call, phase)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  const gate = (added: Gate): (() => void) => {
    gates.add(added)
    return () => void gates.delete(added)
  }

  /** The first service that an endpoint was made for. */
  function site(): Site | undefined {
    const endpoint = [...world.endpoints.values()].find(({ provisioningState }) => provisioningState !== 'Creating')
    const service = world.services.find((each) => each.alias === endpoint?.alias && endpoint && world.admits(each, endpoint))
    const zone = [...world.zones.values()].find(({ name }) => service?.privateHost?.endsWith(`.${name}`))
    if (endpoint === undefined || service?.privateHost === undefined || zone === undefined || zone.links.size === 0)
      return undefined
    return { house, endpoint, service, zone, host: service.privateHost, foreign: `${world.addressBase}.200`, gate }
  }

  /** What needs no connection gets one that it does not look at. */
  const anySite = (): Site => site() ?? ({ house, gate } as Site)

  /** One change at a time: a fault is never undone while it is being made. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work)
    turn = next.catch(() => undefined)
    return next
  }

  async function switchOn(fault: Fault): Promise<void> {
    if (undos.has(fault.key)) return
    const place = fault.needsConnection ? site() : anySite()
    if (place === undefined)
      throw new Error('There is no healthy connection to break yet: set one up, or switch off what is broken.')
    undos.set(fault.key, await fault.breaks(place))
  }

  async function switchOff(key: string): Promise<void> {
    const undo = undos.get(key)
    undos.delete(key)
    if (surprise?.fault.key === key) surprise = undefined
    await undo?.()
  }

  const isHidden = (key: string): boolean =>
    surprise?.fault.key === key && surprise.foundAt === undefined && surprise.gaveUp === undefined

  return {
    view: () => ({
      isReady: site() !== undefined,
      groups: groups.map(({ title, faults }) => ({
        title,
        faults: faults.map(({ breaks: _, ...fault }) => ({ ...fault, isOn: undos.has(fault.key) && !isHidden(fault.key) })),
      })),
      ...(surprise !== undefined && {
        surprise: {
          since: surprise.since,
          ...(surprise.foundAt !== undefined && { foundAt: surprise.foundAt }),
          ...(surprise.gaveUp !== undefined && { gaveUp: surprise.gaveUp }),
          ...(!isHidden(surprise.fault.key) && { key: surprise.fault.key }),
        },
      }),
    }),
    on: (key) =>
      inTurn(async () => {
        const fault = allFaults.find((each) => each.key === key)
        if (fault === undefined) throw new Error(`There is no fault ${key}.`)
        await switchOn(fault)
      }),
    off: (key) => inTurn(() => switchOff(key)),
    surprise: () =>
      inTurn(async () => {
        for (const key of [...undos.keys()]) await switchOff(key)
        const found = allFaults.filter(({ code, needsConnection }) => code !== undefined && needsConnection)
        const fault = found[randomInt(found.length)]
        if (fault === undefined) return
        await switchOn(fault)
        surprise = { fault, since: Date.now() }
      }),
    reveal() {
      if (surprise !== undefined && surprise.foundAt === undefined) surprise.gaveUp = true
    },
    diagnosed(codes, at) {
      const { code } = surprise?.fault ?? {}
      if (surprise === undefined || surprise.foundAt !== undefined || surprise.gaveUp === true) return
      if (at >= surprise.since && code !== undefined && codes.includes(code)) surprise.foundAt = at
    },
    close: () =>
      inTurn(async () => {
        for (const key of [...undos.keys()]) await switchOff(key)
      }),
  }
}
