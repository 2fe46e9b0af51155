import { isCached, resolverOf } from './dns-facts.ts'
import type { Evidence } from './evidence.ts'
import type { Verdict } from './finding.ts'

/** Pure. In how many milliseconds the cause of the verdict ends by itself: the resolver forgets an old answer. Undefined where nothing says that it ends. */
export function passesInMs(evidence: Evidence, { code }: Pick<Verdict, 'code'>): number | undefined {
  const isMemory = code === 'dns-negative-cached' || (code === 'dns-cache-stale' && isCached(evidence) === true)
  const { ttl } = resolverOf(evidence) ?? {}
  return isMemory && ttl !== undefined ? (ttl + 1) * 1_000 : undefined
}
