/** Milliseconds since `startedAt` (a time of `performance.now()`), rounded to a tenth. */
export function elapsedSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 10) / 10
}
