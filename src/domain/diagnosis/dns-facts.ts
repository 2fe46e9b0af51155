import { endpointAddress } from './control-facts.ts'
import type { DnsAnswer, Evidence } from './evidence.ts'
import { ports, serviceAnswered } from './port-facts.ts'

/** `none`: the name exists without an address (NODATA). `failed`: no usable answer came. */
export type AnswerKind = 'addresses' | 'none' | 'nxdomain' | 'failed'

export function kindOf(answer: DnsAnswer | undefined): AnswerKind | undefined {
  if (answer === undefined) return undefined
  if (answer.rcode === 'NXDOMAIN') return 'nxdomain'
  if (answer.rcode !== 'NOERROR') return 'failed'
  return answer.addresses.length > 0 ? 'addresses' : 'none'
}

/**
 * The answer of the network's DNS servers. The answer on the wire is used where it agrees with the system's, because it has code, TTL and aliases, and where
 * hosts file or search list override the servers. Where the two differ for another reason, the system's counts: it is what programs get. An answer of a stub
 * on the machine is given as that of the server behind it which answers the same.
 */
export function resolverOf(evidence: Evidence): DnsAnswer | undefined {
  const answer = answerToPrograms(evidence)
  const { servers = [] } = evidence.networkPlane ?? {}
  if (answer === undefined || servers.some(({ server }) => server === answer.server)) return answer
  const same = servers.find((each) => kindOf(each) === kindOf(answer) && isAlike(each.addresses, answer.addresses))
  return same ?? answer
}

function answerToPrograms(evidence: Evidence): DnsAnswer | undefined {
  const { resolver, wire, search } = evidence.networkPlane ?? {}
  if (resolver === undefined || wire === undefined) return resolver
  // Both failed: only the answer on the wire says how.
  if (kindOf(wire) === 'failed') return kindOf(resolver) === 'addresses' ? resolver : wire
  const overridden = search !== undefined || pinnedAddresses(evidence).length > 0
  return overridden || isAlike(resolver.addresses, wire.addresses) ? wire : resolver
}

/** Addresses that the hosts file gives the name, where the DNS servers answer others. */
export function pinnedAddresses({ networkPlane }: Evidence): readonly string[] {
  const { hosts, resolver, wire } = networkPlane ?? {}
  const pinned = hosts?.addresses ?? []
  const used = pinned.some((address) => resolver?.addresses.includes(address))
  return used && !pinned.every((address) => wire?.addresses.includes(address)) ? pinned : []
}

export function azureDnsOf({ networkPlane }: Evidence): DnsAnswer | undefined {
  return networkPlane?.['azure-dns']
}

/** Whether a zone that Azure holds gave this negative answer. */
export function isFromAzureZone(answer: DnsAnswer | undefined): boolean {
  const soa = answer?.soa?.toLowerCase().replace(/\.$/, '') ?? ''
  return soa === 'azureprivatedns.net' || soa.endsWith('.azureprivatedns.net')
}

/** The addresses in Azure DNS's answer or, where that gave none, in the record of a linked zone. Undefined when neither is known. */
export function azureAddresses(evidence: Evidence): readonly string[] | undefined {
  const answer = azureDnsOf(evidence)
  const kind = kindOf(answer)
  if (answer !== undefined && kind !== 'failed') return answer.addresses
  const { controlPlane } = evidence
  return controlPlane?.zone?.linked === true ? (controlPlane.record?.addresses ?? []) : undefined
}

/**
 * The address that the name should lead to: the endpoint's. Where that is unknown, the address at which the service answered, else the only address that
 * Azure answers with.
 */
export function rightAddress(evidence: Evidence): string | undefined {
  const known = endpointAddress(evidence)
  if (known !== undefined) return known
  if (serviceAnswered(evidence)) return evidence.networkPlane?.address?.dialled
  const azure = new Set(azureAddresses(evidence))
  return azure.size === 1 ? [...azure][0] : undefined
}

/** Whether TLS was verified at the endpoint's own address, with the service's name, on both ports. */
export function reachableDirectly({ networkPlane }: Evidence): boolean {
  return ports.every((port) => networkPlane?.[`direct:${port}`]?.tls?.verified === true)
}

/** IPv6 addresses of the name, from any DNS server that was asked. */
export function ipv6Addresses({ networkPlane }: Evidence): readonly string[] {
  return [...new Set([...(networkPlane?.ipv6?.addresses ?? []), ...(networkPlane?.['azure-ipv6']?.addresses ?? [])])]
}

/**
 * Whether the resolver's server answered from its cache: a second later the TTL had fallen, or the answer was Azure's. The TTL of a record of its own does
 * not fall. Undefined when it was not asked twice.
 */
export function isCached(evidence: Evidence): boolean | undefined {
  const { resolver, wire, later } = evidence.networkPlane ?? {}
  const first = wire ?? resolver
  if (first?.authoritative === true) return false
  if (later === undefined || first?.ttl === undefined || kindOf(later) === 'failed') return undefined
  if (isAlike(later.addresses, first.addresses)) return later.ttl !== undefined && later.ttl < first.ttl
  return isAlike(later.addresses, azureAddresses(evidence) ?? []) || undefined
}

function isAlike(some: readonly string[], others: readonly string[]): boolean {
  return new Set(some).symmetricDifference(new Set(others)).size === 0
}

/**
 * Azure's addresses, where the resolver leads to the right address and Azure does not: the connection fails when the resolver's cache expires. Undefined
 * where they agree, and where Azure DNS does not serve the zone here, as behind a resolver of another network.
 */
export function contradiction(evidence: Evidence): readonly string[] | undefined {
  const azure = azureDnsOf(evidence)
  const has = kindOf(azure) === 'nxdomain' && !isFromAzureZone(azure) ? undefined : azureAddresses(evidence)
  const right = rightAddress(evidence)
  if (has === undefined || right === undefined || !resolverLeads(evidence)) return undefined
  return has.length > 0 && has.every((address) => address === right) ? undefined : has
}

export function isOutsidePrefixes({ networkPlane }: Evidence): boolean {
  return networkPlane?.address?.refused === 'outside-prefixes'
}

/** Whether the network's resolver answers the right address and no other; false when it was not asked. */
export function resolverLeads(evidence: Evidence): boolean {
  const addresses = new Set(resolverOf(evidence)?.addresses)
  const right = rightAddress(evidence) ?? evidence.networkPlane?.address?.dialled
  return kindOf(resolverOf(evidence)) === 'addresses' && addresses.size === 1 && right !== undefined && addresses.has(right)
}

/** Whether the network's resolver was asked and does not answer the right address alone. */
export function resolverMisleads(evidence: Evidence): boolean {
  return resolverOf(evidence) !== undefined && !resolverLeads(evidence)
}
