import type { Store } from './store.ts'

/**
 * Resolves with the predicate's first answer other than `undefined`, `false` or `null`. It is asked now and after every change, not by the clock. On
 * timeout the error shows what was there instead.
 */
export type Until = <T>(predicate: (seen: Store) => T, options?: { timeoutMs?: number; what?: string }) => Promise<Found<T>>
type Found<T> = Exclude<T, undefined | false | null>

export function waiter(store: Store, report: () => string): Until {
  return <T>(predicate: (seen: Store) => T, { timeoutMs = 5_000, what = 'what was waited for' } = {}) =>
    new Promise<Found<T>>((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        store.events.off('change', look)
        finish()
      }
      const look = () => {
        const found = predicate(store)
        if (isFound(found)) settle(() => resolve(found))
      }
      const timer = setTimeout(
        () => settle(() => reject(new Error(`after ${timeoutMs} ms Teams has not seen ${what}.\n${report()}`))),
        timeoutMs,
      )
      store.events.on('change', look)
      look()
    })
}

function isFound<T>(value: T): value is Found<T> {
  return value !== undefined && value !== false && value !== null
}
