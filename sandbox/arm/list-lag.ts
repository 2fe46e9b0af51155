import type { World } from '../world.ts'
import { key } from './resource-id.ts'

interface Deleted<Body> {
  readonly at: number
  readonly body: Body
}

/** What Azure's lists do not know yet: they are read from a cache, while a resource by its id is current. */
export class ListLag {
  readonly #created = new Map<string, number>()
  readonly #deleted = new Map<string, Deleted<{ readonly id: string }>>()
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  created(id: string): void {
    this.#created.set(key(id), performance.now())
  }

  /** `body`: as lists go on to show it. */
  deleted(body: { readonly id: string }): void {
    this.#deleted.set(key(body.id), { at: performance.now(), body })
  }

  /** The list under this prefix as a cache has it. */
  seen<Body extends { readonly id: string }>(prefix: string, current: readonly Body[]): readonly Body[] {
    const { listLag = 0 } = this.#world.latencies
    if (listLag === 0) return current
    const isLate = (at: number | undefined) => at !== undefined && performance.now() - at < listLag
    const late = [...this.#deleted.values()].filter(({ at, body }) => isLate(at) && isChild(body.id, prefix))
    const ghosts = late.map(({ body }) => body as Body)
    const known = current.filter(({ id }) => !isLate(this.#created.get(key(id))))
    return [...known, ...ghosts.filter((ghost) => !current.some(({ id }) => key(id) === key(ghost.id)))]
  }
}

/** Whether the id is one of the collection: its last segments name the collection's type. */
function isChild(id: string, collection: string): boolean {
  const type = collection.split('/').at(-1) ?? ''
  const parent = collection.slice(0, collection.lastIndexOf('/'))
  const above = /microsoft\.network$/i.test(parent) ? (parent.split('/providers/')[0] ?? '') : parent
  return key(id).startsWith(`${key(above)}/`) && key(id.split('/').at(-2) ?? '') === key(type)
}
