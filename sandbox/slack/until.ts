import type { Ephemeral, Failure, SlackMessage, SlackView, Store } from './store.ts'

/** What a predicate may look at. */
interface Seen {
  readonly messages: readonly SlackMessage[]
  readonly ephemerals: readonly Ephemeral[]
  readonly views: readonly SlackView[]
  readonly homes: readonly SlackView[]
  readonly failures: readonly Failure[]
}

/**
 * Resolves with the predicate's first answer other than `undefined`, `false` or `null`. It is asked now and after every change, not by the clock.
 * On timeout the error shows what was there instead.
 */
export type Until = <T>(predicate: (seen: Seen) => T, options?: { timeoutMs?: number; what?: string }) => Promise<Found<T>>
type Found<T> = Exclude<T, undefined | false | null>

export function waiter(store: Store, render: (shown: SlackMessage | Ephemeral | SlackView) => string): Until {
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
      const expire = () =>
        settle(() => reject(new Error(`after ${timeoutMs} ms Slack has not seen ${what}.\n${report(store, render)}`)))
      const timer = setTimeout(expire, timeoutMs)
      store.events.on('change', look)
      look()
    })
}

function isFound<T>(value: T): value is Found<T> {
  return value !== undefined && value !== false && value !== null
}

/** The last few of everything. */
function report(store: Store, render: (shown: SlackMessage | Ephemeral | SlackView) => string): string {
  const live = [...store.messages, ...store.ephemerals].filter(({ deleted }) => !deleted).sort((a, b) => a.ts.localeCompare(b.ts))
  const shown = [...live.slice(-6), ...store.views.filter(({ open }) => open)].map((one) => render(one))
  const failures = store.failures.slice(-6).map(({ user, what, error }) => `${what} by ${user} failed: ${error}`)
  return [...shown, ...failures].join('\n\n') || 'It has seen nothing at all.'
}
