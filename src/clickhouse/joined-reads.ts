/** A read that waits for its turn, and whoever waits for it. */
interface Waiting {
  readonly answer: Promise<unknown>
  readonly over: AbortController
  askers: number
}

/** Reads that wait for their turn: whoever asks for the same meanwhile gets the same answer, which is no older than their question. */
export interface JoinedReads {
  /**
   * Joins the read of that key, or begins one with `work`, which calls `sent` when the call goes out: from then on nobody joins. `signal` ends the caller's
   * waiting, and the read once nobody waits for it.
   */
  read<Value>(key: string, signal: AbortSignal, work: (signal: AbortSignal, sent: () => void) => Promise<Value>): Promise<Value>
}

/** `Value` must be the same for the same key. */
export function joinedReads(): JoinedReads {
  const waiting = new Map<string, Waiting>()
  const begin = (key: string, work: (signal: AbortSignal, sent: () => void) => Promise<unknown>): Waiting => {
    const over = new AbortController()
    const sent = (): void => {
      if (waiting.get(key)?.over === over) waiting.delete(key)
    }
    const begun: Waiting = { answer: work(over.signal, sent), over, askers: 0 }
    waiting.set(key, begun)
    over.signal.addEventListener('abort', sent, { once: true })
    begun.answer.then(sent, sent)
    return begun
  }
  return {
    async read<Value>(key: string, signal: AbortSignal, work: (signal: AbortSignal, sent: () => void) => Promise<Value>) {
      signal.throwIfAborted()
      const joined = waiting.get(key) ?? begin(key, work)
      joined.askers += 1
      const stopped = Promise.withResolvers<never>()
      const stop = (): void => {
        joined.askers -= 1
        if (joined.askers === 0) joined.over.abort(signal.reason)
        stopped.reject(signal.reason)
      }
      signal.addEventListener('abort', stop, { once: true })
      try {
        return await Promise.race([joined.answer as Promise<Value>, stopped.promise])
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
  }
}
