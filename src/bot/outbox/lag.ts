/** How long chat has been behind the ledger, as this process has seen it. */
export interface Lag {
  /** Takes what is not shown now, by request id, and forgets the rest. */
  note(unshown: Readonly<Record<string, string>>): void
  /** For how long the longest of them has been seen, in seconds; 0 where there is none. */
  seconds(): number
}

/** `now`: milliseconds of a clock that only goes forward. */
export function trackLag(now: () => number): Lag {
  let since: ReadonlyMap<string, number> = new Map()
  return {
    note(unshown) {
      since = new Map(Object.keys(unshown).map((id) => [id, since.get(id) ?? now()]))
    },
    seconds: () => Math.max(0, ...[...since.values()].map((at) => (now() - at) / 1_000)),
  }
}
