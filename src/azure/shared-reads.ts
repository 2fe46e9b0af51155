import { limitedRead } from './limited-read.ts'

/** Reads that several who ask at the same time share: networks of one subscription ask for the same lists. */
export interface SharedReads {
  /** Joins the read of that key that is under way; rejects when `signal` aborts, which ends only the waiting. */
  read<Value>(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Value>): Promise<Value>
  /** Does the change; a read that began before its end is not joined after it. */
  changing<Value>(change: () => Promise<Value>): Promise<Value>
}

/** Nothing is kept once it is read. `Value` must be the same for the same key. */
export function sharedReads(): SharedReads {
  const underWay = new Map<string, Promise<unknown>>()
  const begin = <Value>(key: string, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> => {
    const value = limitedRead(work)
    underWay.set(key, value)
    const end = () => {
      if (underWay.get(key) === value) underWay.delete(key)
    }
    value.then(end, end)
    return value
  }
  return {
    async read<Value>(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
      signal.throwIfAborted()
      const value = (underWay.get(key) as Promise<Value> | undefined) ?? begin(key, work)
      const stopped = Promise.withResolvers<never>()
      const stop = () => stopped.reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      try {
        return await Promise.race([value, stopped.promise])
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    async changing(change) {
      underWay.clear()
      return await change().finally(() => underWay.clear())
    },
  }
}
