/** One line of a benchmark's table. */
export interface Row {
  readonly what: string
  readonly value: string
  /** What it is held to, and whether it keeps to that. */
  readonly goal?: { readonly text: string; readonly met: boolean }
}

export interface Bench {
  readonly name: string
  readonly about: string
  run(): Promise<readonly Row[]>
}

/** The middle one: an outlier of the machine does not move it. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** A ratio of two measurements of the same run, held to a bound. */
export function ratio(what: string, value: number, most: number): Row {
  return { what, value: `${value.toFixed(2)}×`, goal: { text: `at most ${most}×`, met: value <= most } }
}

export function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`
}

/** How long it takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
