import type { World } from '../world.ts'
import { conflict } from './envelope.ts'

/** The simulated vendor, as its routes see it. */
export class Cloud {
  readonly world: World
  readonly #pending = new Set<NodeJS.Timeout>()
  readonly #changing = new Set<string>()

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

  /**
   * Holds what is being changed until its answer goes out.
   * @throws ApiError 409 while somebody else's change of it is under way.
   */
  begin(subject: string): Disposable {
    const key = subject.toLowerCase()
    if (this.#changing.has(key)) throw conflict(`another change of ${subject} is in progress, please try again later`)
    this.#changing.add(key)
    return { [Symbol.dispose]: () => void this.#changing.delete(key) }
  }

  close(): void {
    for (const timer of this.#pending) clearTimeout(timer)
    this.#pending.clear()
  }
}
