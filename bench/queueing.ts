/** How long requests wait for one limit, by simulation. Pure: the same seed gives the same days. All times are in seconds. */

/** What a limit serves: `burst` units at once and one more every `every`; or `servers` requests side by side, each for `holds`. */
export type Limit =
  | { readonly kind: 'rate'; readonly units: number; readonly burst: number; readonly every: number }
  | { readonly kind: 'servers'; readonly servers: number; readonly holds: number }

const hours = 24
const hourSeconds = 3_600
/** A working day: eight hours with a tenth of all requests each, and what is left spread over the night. */
const shareOfHour = (hour: number): number => (hour >= 9 && hour < 17 ? 0.1 : 0.2 / (hours - 8))

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** When the requests of one day arrive, independently of each other: exponential gaps, by the rate of the hour. */
export function arrivals(perDay: number, seed: number): readonly number[] {
  const random = randomNumbers(seed)
  const moments: number[] = []
  for (let hour = 0; hour < hours; hour += 1) {
    const rate = (perDay * shareOfHour(hour)) / hourSeconds
    const gap = () => -Math.log(1 - random()) / rate
    for (let at = gap(); at < hourSeconds; at += gap()) moments.push(hour * hourSeconds + at)
  }
  return moments
}

/** How long each request waits for the limit, first come, first served. */
export function waits(moments: readonly number[], limit: Limit): readonly number[] {
  return limit.kind === 'rate' ? waitsForRate(moments, limit) : waitsForServers(moments, limit)
}

function waitsForRate(moments: readonly number[], { units, burst, every }: Limit & { readonly kind: 'rate' }): readonly number[] {
  let drained = 0
  return moments.map((at) => {
    drained = Math.max(drained, at) + units * every
    return Math.max(0, drained - at - burst * every)
  })
}

function waitsForServers(
  moments: readonly number[],
  { servers, holds }: Limit & { readonly kind: 'servers' },
): readonly number[] {
  const free = Array.from({ length: servers }, () => 0)
  return moments.map((at) => {
    const first = free.indexOf(Math.min(...free))
    const begins = Math.max(at, free[first] ?? 0)
    free[first] = begins + holds
    return begins - at
  })
}

/** The wait that this share of the requests of some days does not exceed. */
export function waitOf(share: number, perDay: number, limit: Limit, days: number): number {
  const all = Array.from({ length: days }, (_, seed) => waits(arrivals(perDay, seed + 1), limit)).flat()
  const sorted = all.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

const binding = { share: 0.95, waits: 60, days: 5 }

/** At how many requests a day the limit binds: one in twenty then waits for longer than a minute. Exact to 2 %. */
export function bindsAt(limit: Limit): number {
  const isBound = (perDay: number) => waitOf(binding.share, perDay, limit, binding.days) > binding.waits
  let [free, bound] = [1, 2]
  while (!isBound(bound)) [free, bound] = [bound, bound * 2]
  while (bound > free * 1.02 && bound - free > 1) {
    const middle = Math.round((free + bound) / 2)
    if (isBound(middle)) bound = middle
    else free = middle
  }
  return free
}
