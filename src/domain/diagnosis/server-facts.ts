import { kindOf, resolverLeads, rightAddress } from './dns-facts.ts'
import type { DnsAnswer, Evidence } from './evidence.ts'

/** Servers of one resolver that were asked by themselves and know different answers. */
export interface Disagreement {
  /** Servers with the right answer; empty while the right one is unknown. */
  readonly right: readonly DnsAnswer[]
  readonly wrong: readonly DnsAnswer[]
  /** Whether the server that programs ask first is one of the wrong ones; behind a stub, whether the stub chose a wrong one. */
  readonly firstIsWrong: boolean
}

/**
 * Undefined where the servers agree, or where each is wrong in its own way: the reason is then not one server. A server that fails or is silent does not
 * count: programs go on to the next one.
 */
export function disagreementOf(evidence: Evidence): Disagreement | undefined {
  const known = (evidence.networkPlane?.servers ?? []).filter((each) => kindOf(each) !== 'failed')
  const says = ({ rcode, addresses }: DnsAnswer) =>
    addresses.length > 0 ? addresses.toSorted().join() : rcode === 'NXDOMAIN' ? rcode : ''
  if (new Set(known.map(says)).size < 2) return undefined
  const address = rightAddress(evidence)
  const isRight = ({ addresses }: DnsAnswer) => addresses.length > 0 && addresses.every((each) => each === address)
  const [right, wrong] = [known.filter(isRight), known.filter((each) => !isRight(each))]
  if (address !== undefined && right.length === 0) return undefined
  const first = known[0]
  const isFirstWrong = isBehindStub(evidence) ? !resolverLeads(evidence) : first !== undefined && wrong.includes(first)
  return { right, wrong, firstIsWrong: right.length > 0 && isFirstWrong }
}

/** Programs ask a stub on the machine, which chooses among its servers by itself: their order says nothing. */
function isBehindStub({ networkPlane }: Evidence): boolean {
  const { wire, resolver, servers = [] } = networkPlane ?? {}
  const asked = (wire ?? resolver)?.server
  return asked !== undefined && !servers.some(({ server }) => server === asked)
}

/** The resolver's servers that gave no usable answer, each asked by itself: programs go past them. */
export function failingServers({ networkPlane }: Evidence): readonly DnsAnswer[] {
  return (networkPlane?.servers ?? []).filter((each) => kindOf(each) === 'failed')
}

/** How much longer a question about IPv6 has to stay without an answer than the one about IPv4 took, in milliseconds, to count as unanswered. */
const patienceMs = 700

/** What the resolver said about IPv6 where it fails at that, and gives the right address otherwise. */
export function failingIpv6(evidence: Evidence): DnsAnswer | undefined {
  const { ipv6, resolver, wire, servers = [] } = evidence.networkPlane ?? {}
  const kind = kindOf(ipv6)
  if (ipv6 === undefined || (kind !== 'failed' && kind !== 'nxdomain') || !resolverLeads(evidence)) return undefined
  const own = [wire, resolver, ...servers].find((each) => each?.server === ipv6.server)
  // A server that does not know the IPv4 address either has another fault.
  if (own !== undefined && kindOf(own) !== 'addresses') return undefined
  const took = (own ?? wire ?? resolver)?.elapsedMs ?? 0
  return ipv6.rcode === 'TIMEOUT' && ipv6.elapsedMs < took + patienceMs ? undefined : ipv6
}
