import { randomUUID } from 'node:crypto'
import { ArmError } from './errors.ts'
import { key } from './resource-id.ts'
import type { Timers } from './timers.ts'

interface Start {
  /** Id of the resource that the operation holds until it ends. */
  readonly resource: string
  /** Of another one that it holds as well. */
  readonly within?: string
  readonly kind: 'write' | 'delete'
  readonly milliseconds: number
  /** Runs when the time is up; an ArmError thrown here is how the operation fails. */
  readonly complete: () => void
  /** The body at the operation's `Location` once it has succeeded. */
  readonly result?: () => unknown
}

export interface Operation extends Start {
  readonly id: string
  status: 'InProgress' | 'Succeeded' | 'Failed'
  error?: ArmError
}

/** Long-running operations: each is polled by its own id, and holds its resource while it runs. */
export class Operations {
  readonly #byId = new Map<string, Operation>()
  readonly #running = new Map<string, Operation>()
  readonly #timers: Timers

  constructor(timers: Timers) {
    this.#timers = timers
  }

  start(start: Start): Operation {
    const operation: Operation = { ...start, id: randomUUID(), status: 'InProgress' }
    this.#byId.set(operation.id, operation)
    const held = [start.resource, ...(start.within === undefined ? [] : [start.within])].map(key)
    for (const each of held) this.#running.set(each, operation)
    this.#timers.after(start.milliseconds, () => {
      for (const each of held) this.#running.delete(each)
      try {
        start.complete()
        operation.status = 'Succeeded'
      } catch (error) {
        if (!(error instanceof ArmError)) throw error
        operation.status = 'Failed'
        operation.error = error
      }
    })
    return operation
  }

  running(resource: string): Operation | undefined {
    return this.#running.get(key(resource))
  }

  get(id: string): Operation {
    const operation = this.#byId.get(id)
    if (!operation) throw new ArmError(404, 'NotFound', `Operation ${id} was not found.`)
    return operation
  }
}
