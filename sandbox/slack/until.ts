import { type Until as UntilOf, waiter as waiterOf } from '../until.ts'
import type { Ephemeral, Failure, SlackMessage, SlackView, Store } from './store.ts'

/** What a predicate may look at. */
interface Seen {
  readonly messages: readonly SlackMessage[]
  readonly ephemerals: readonly Ephemeral[]
  readonly views: readonly SlackView[]
  readonly homes: readonly SlackView[]
  readonly failures: readonly Failure[]
}

export type Until = UntilOf<Seen>

export function waiter(store: Store, render: (shown: SlackMessage | Ephemeral | SlackView) => string): Until {
  return waiterOf<Seen>(store, 'Slack', () => report(store, render))
}

/** The last few of everything. */
function report(store: Store, render: (shown: SlackMessage | Ephemeral | SlackView) => string): string {
  const live = [...store.messages, ...store.ephemerals].filter(({ deleted }) => !deleted).sort((a, b) => a.ts.localeCompare(b.ts))
  const shown = [...live.slice(-6), ...store.views.filter(({ open }) => open)].map((one) => render(one))
  const failures = store.failures.slice(-6).map(({ user, what, error }) => `${what} by ${user} failed: ${error}`)
  return [...shown, ...failures].join('\n\n') || 'It has seen nothing at all.'
}
