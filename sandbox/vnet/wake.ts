import { setTimeout as pause } from 'node:timers/promises'
import type { ClickHouseService, World } from '../world.ts'

const serving = ['running', 'degraded', 'partially_running']
const asleep = ['idle', 'awaking']

/**
 * Brings a service into a state in which it takes connections. A connection wakes an idle service, and everyone who comes meanwhile waits for the
 * same wake; a service that is stopped, or gone, does not wake.
 */
export class Waker {
  readonly #world: World
  readonly #wakeMs: number
  readonly #signal: AbortSignal
  readonly #waking = new Map<string, Promise<void>>()

  /** @param wakeMs how long an idle service takes, in milliseconds */
  constructor(world: World, wakeMs: number, signal: AbortSignal) {
    this.#world = world
    this.#wakeMs = wakeMs
    this.#signal = signal
  }

  /** Whether the service serves now, after as long as it takes. Rejects when the signal aborts. */
  async serves(service: ClickHouseService): Promise<boolean> {
    if (asleep.includes(service.state)) {
      const waking = this.#waking.get(service.id) ?? this.#wake(service)
      this.#waking.set(service.id, waking)
      await waking
    }
    return serving.includes(service.state)
  }

  async #wake(service: ClickHouseService): Promise<void> {
    try {
      service.state = 'awaking'
      this.#world.changed()
      await pause(this.#wakeMs, undefined, { signal: this.#signal, ref: false })
      // Somebody may have stopped it meanwhile.
      if (service.state === 'awaking') service.state = 'running'
      this.#world.changed()
    } finally {
      this.#waking.delete(service.id)
    }
  }
}
