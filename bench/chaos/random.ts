/** Numbers that a seed decides (mulberry32): the same seed gives the same numbers in the same order. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number
  /** Whole, from `from` to `to`, both included. */
  between(from: number, to: number): number
  one<T>(of: readonly [T, ...T[]]): T
  chance(share: number): boolean
}

/** `stream` names what the numbers are for, so that two users of one seed do not take each other's. */
export function randomOf(seed: number, stream: string): Random {
  let state = seed >>> 0
  for (const letter of stream) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    one: (of) => of[Math.floor(next() * of.length)] ?? of[0],
    chance: (share) => next() < share,
  }
}
