import { isCached } from '../../domain/diagnosis/dns-facts.ts'
import type { Evidence } from '../../domain/diagnosis/evidence.ts'
import type { Verdict } from '../../domain/diagnosis/finding.ts'
import { disagreementOf } from '../../domain/diagnosis/server-facts.ts'

/** How long a completed link may take until names resolve over it, in milliseconds. Azure says a minute or two; the field reports more. */
const linkEffectMs = 5 * 60_000

/** How long a cached answer is waited for at most, in milliseconds: resolvers may keep one for days. */
const longestCacheMs = 15 * 60_000

/** How long an absence that tells no end may be cached, in milliseconds: the zones of Azure and most resolvers keep one for five minutes at most. */
const unknownAbsenceMs = 5 * 60_000

const cached: readonly string[] = ['dns-cache-stale', 'dns-negative-cached']

/** What a VNet sees whose link is not in effect yet: no name, or what the name is outside of it. */
const withoutLink: readonly string[] = [
  ...cached,
  'dns-zone-absent',
  'dns-zone-not-linked',
  'dns-record-absent',
  'dns-forwarder-missing',
  'dns-public-address',
]

/** How long a service that was asleep may take to wake when it is asked, in milliseconds. */
const wakingMs = 5 * 60_000

/** Something that passes by itself. */
export interface Passing {
  /** A clause, e.g. `the link is new`. */
  readonly why: string
  /** When it is over at the latest, on the clock of `now`. */
  readonly until: number
}

/** When things were made and seen, in milliseconds of `performance.now`. */
export interface Moments {
  /** When this request completed the link; undefined when it was there before. */
  readonly linkedAt?: number
  /** When the service was first asked. */
  readonly startedAt: number
  readonly now: number
}

/** What explains the verdict and passes by itself; undefined where nothing does, so that waiting does not help. */
export function passing({ code }: Verdict, evidence: Evidence, { linkedAt, startedAt, now }: Moments): Passing | undefined {
  const { networkPlane } = evidence
  const found: Passing[] = []
  // What does not age is a record of the resolver's own.
  if (cached.includes(code) && isCached(evidence) !== false) {
    const seen = networkPlane?.wire ?? networkPlane?.resolver
    const leftMs = seen?.ttl === undefined ? unknownAbsenceMs : seen.ttl * 1_000
    const what = (seen?.addresses.length ?? 0) > 0 ? 'an old answer' : 'that there was no such name'
    found.push({ why: `the resolver remembers ${what}`, until: now + Math.min(leftMs, longestCacheMs) })
  }
  const servers = code === 'dns-servers-disagree' ? rememberingServers(evidence) : undefined
  if (servers !== undefined)
    found.push({ why: `${servers.names} may remember an older answer`, until: now + Math.min(servers.leftMs, longestCacheMs) })
  if (code === 'service-idle' && now < startedAt + wakingMs) found.push({ why: 'the service wakes', until: startedAt + wakingMs })
  if (linkedAt !== undefined && withoutLink.includes(code) && now < linkedAt + linkEffectMs)
    found.push({ why: 'the link is new, and names take a while to resolve over it', until: linkedAt + linkEffectMs })
  return found.toSorted((a, b) => b.until - a.until)[0]
}

/** The servers with a wrong answer, where each may have it from its cache: it says how long it keeps it, and is not authoritative. */
function rememberingServers(evidence: Evidence): { readonly names: string; readonly leftMs: number } | undefined {
  const wrong = disagreementOf(evidence)?.wrong ?? []
  const ttls = wrong.flatMap(({ ttl, authoritative }) => (ttl === undefined || authoritative === true ? [] : [ttl]))
  if (wrong.length === 0 || ttls.length < wrong.length) return undefined
  return { names: wrong.map(({ server }) => server).join(', '), leftMs: (Math.max(...ttls) + 1) * 1_000 }
}
