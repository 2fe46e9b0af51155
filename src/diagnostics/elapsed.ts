/** Milliseconds since a moment on the clock of `performance.now()`, to a tenth: finer is noise. */
export function elapsedSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 10) / 10
}
