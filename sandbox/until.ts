import type { EventEmitter } from 'node:events'

/**
 * Resolves with the predicate's first answer other than `undefined`, `false` or `null`. It is asked now and after every change, not by the clock.
 * On timeout the error shows what was there instead.
 */
export type Until<Seen> = <T>(
  predicate: (seen: Seen) => T,
  options?: { readonly timeoutMs?: number; readonly what?: string },
) => Promise<Found<T>>
type Found<T> = Exclude<T, undefined | false | null>

/** `chat`: who has not seen it. `report`: the last few of everything. */
export function waiter<Seen>(
  store: Seen & { readonly events: EventEmitter<{ change: [] }> },
  chat: string,
  report: () => string,
): Until<Seen> {
  return <T>(predicate: (seen: Seen) => T, { timeoutMs = 5_000, what = 'what was waited for' } = {}) =>
    new Promise<Found<T>>((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        store.events.off('change', look)
        finish()
      }
      const look = () => {
        try {
          const found = predicate(store)
          if (isFound(found)) settle(() => resolve(found))
        } catch (error) {
          settle(() => reject(error))
        }
      }
      const expire = () => settle(() => reject(new Error(`after ${timeoutMs} ms ${chat} has not seen ${what}.\n${report()}`)))
      const timer = setTimeout(expire, timeoutMs)
      store.events.on('change', look)
      look()
    })
}

function isFound<T>(value: T): value is Found<T> {
  return value !== undefined && value !== false && value !== null
}
