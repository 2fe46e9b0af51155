import type { World } from '../world.ts'

/** The simulated vendor, as its routes see it. */
export class Cloud {
  readonly world: World
  readonly #pending = new Set<NodeJS.Timeout>()

  constructor(world: World) {
    this.world = world
  }

  /** An allow list changed: the list reads so at once, waiting connections are approved after the vendor's propagation. */
  allowListChanged(): void {
    this.world.changed()
    const timer = setTimeout(() => {
      this.#pending.delete(timer)
      this.world.approveAdmitted()
    }, this.world.latencies.propagation)
    timer.unref()
    this.#pending.add(timer)
  }

  close(): void {
    for (const timer of this.#pending) clearTimeout(timer)
    this.#pending.clear()
  }
}
