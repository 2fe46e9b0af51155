import { setTimeout as sleep } from 'node:timers/promises'

/** What is answered within so many milliseconds; nothing when it takes longer. The work goes on. */
export async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T | undefined> {
  const over = new AbortController()
  try {
    return await Promise.race([work, sleep(withinMs, undefined, { signal: over.signal, ref: false })])
  } finally {
    over.abort()
  }
}
