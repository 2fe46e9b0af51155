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
 * What the network's DNS servers say of the name. The system's own answer hides code, TTL and aliases, and the hosts file or the search list may have
 * given it: then what was said on the wire counts. Where the two differ for no such reason, programs are told what the system says.
 */
export function resolverOf(evidence: Evidence): DnsAnswer | undefined {
  const { resolver, wire, search } = evidence.networkPlane ?? {}
  if (resolver === undefined || wire === undefined || kindOf(wire) === 'failed') return resolver
  const overridden = search !== undefined || pinnedAddresses(evidence).length > 0
  return overridden || isAlike(resolver.addresses, wire.addresses) ? wire : resolver
}

/** Addresses that the hosts file pins to the name, where the DNS servers say otherwise. */
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

/** The addresses that Azure answers with, by its DNS or, where that gave no answer, by the record in a linked zone. Undefined when neither is known. */
export function azureAddresses(evidence: Evidence): readonly string[] | undefined {
  const answer = azureDnsOf(evidence)
  const kind = kindOf(answer)
  if (answer !== undefined && kind !== 'failed') return answer.addresses
  const { controlPlane } = evidence
  return controlPlane?.zone?.linked === true ? (controlPlane.record?.addresses ?? []) : undefined
}

/**
 * The address that the name should lead to: the endpoint's. Without the control plane, what proved itself by answering as the service, else the one
 * address that Azure answers with.
 */
export function rightAddress(evidence: Evidence): string | undefined {
  const known = endpointAddress(evidence)
  if (known !== undefined) return known
  if (serviceAnswered(evidence)) return evidence.networkPlane?.address?.dialled
  const azure = new Set(azureAddresses(evidence))
  return azure.size === 1 ? [...azure][0] : undefined
}

/** Whether the service would be reached at the endpoint's own address: TLS came about there, with the service's name, on both ports. */
export function reachableDirectly({ networkPlane }: Evidence): boolean {
  return ports.every((port) => networkPlane?.[`direct:${port}`]?.tls?.verified === true)
}

/** IPv6 addresses of the name, whoever says so. */
export function ipv6Addresses({ networkPlane }: Evidence): readonly string[] {
  return [...new Set([...(networkPlane?.ipv6?.addresses ?? []), ...(networkPlane?.['azure-ipv6']?.addresses ?? [])])]
}

/**
 * Whether the resolver's server gave its answer from memory: a second later the TTL had fallen, or the answer had become Azure's. What is of its own
 * does not age. Undefined while nobody has looked twice.
 */
export function isRemembered(evidence: Evidence): boolean | undefined {
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
 * What Azure says where the resolver leads to the right address and Azure does not: it will not stay so. Undefined where they agree, and where Azure
 * has no say: behind a resolver of another network the zone need not be linked here.
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

/** Whether the network's resolver leads to the right address and to no other. A resolver that was not asked leads nowhere. */
export function resolverLeads(evidence: Evidence): boolean {
  const addresses = new Set(resolverOf(evidence)?.addresses)
  const right = rightAddress(evidence) ?? evidence.networkPlane?.address?.dialled
  return kindOf(resolverOf(evidence)) === 'addresses' && addresses.size === 1 && right !== undefined && addresses.has(right)
}

/** Whether the resolver was asked, and does not lead to the right address. */
export function resolverMisleads(evidence: Evidence): boolean {
  return resolverOf(evidence) !== undefined && !resolverLeads(evidence)
}
