import type { Ledger } from '../domain/ledger.ts'
import type { Request } from '../domain/request.ts'

/** For so long a read that was begun ahead counts as one of now, in milliseconds. */
const freshMs = 1_000

export interface ReadAhead {
  readonly ledger: Ledger
  /** Begins to read a request that will be asked for in a moment. Never throws. */
  begin(id: string): void
}

/** A ledger whose `get` takes a read that was begun ahead: whoever has to ask Redis something else first does not wait twice. Each is taken once. */
export function readAhead(ledger: Ledger): ReadAhead {
  const begun = new Map<string, Promise<Request | undefined>>()
  return {
    begin(id) {
      const reading = ledger.get(id)
      reading.catch(() => undefined)
      begun.set(id, reading)
      setTimeout(() => {
        if (begun.get(id) === reading) begun.delete(id)
      }, freshMs).unref()
    },
    ledger: {
      ...ledger,
      async get(id) {
        const reading = begun.get(id)
        begun.delete(id)
        return await (reading ?? ledger.get(id))
      },
    },
  }
}
