import { azureAddresses, isCached, isFromAzureZone, kindOf, resolverOf } from './dns-facts.ts'
import type { Evidence } from './evidence.ts'

/**
 * Why the resolver gives no address where Azure has one: it remembers what Azure's zone answered before; it remembers a negative answer from elsewhere,
 * though it forwards; it forwards, and takes the answer out; or it does not ask Azure.
 */
export type Absence = 'cached' | 'negative-cached' | 'filtered' | 'not-forwarded'

/** Undefined where the resolver gives an address, or no answer at all, or where Azure has none. */
export function absenceOf(evidence: Evidence): Absence | undefined {
  const answer = resolverOf(evidence)
  const kind = kindOf(answer)
  if (answer === undefined || kind === 'addresses' || (azureAddresses(evidence) ?? []).length === 0) return undefined
  if (kind === 'failed') return answer.rcode === 'REFUSED' && forwards(evidence) === true ? 'filtered' : undefined
  if (isFromAzureZone(answer)) return isCached(evidence) === false ? 'not-forwarded' : 'cached'
  if (kind === 'none' && answer.soa === undefined && answer.cnames.length === 0)
    return forwards(evidence) === false ? 'not-forwarded' : 'filtered'
  return forwards(evidence) === true ? 'negative-cached' : 'not-forwarded'
}

/** Whether the resolver gets answers about the zone from Azure: an unused name that the wildcard serves, or the zone's SOA. Undefined when it says neither. */
function forwards(evidence: Evidence): boolean | undefined {
  const { unused, soa } = evidence.networkPlane?.forwarding ?? {}
  const azure = azureAddresses(evidence) ?? []
  if (isFromAzureZone(soa) || isFromAzureZone(unused)) return true
  if (unused?.addresses.some((address) => azure.includes(address)) === true) return true
  return soa?.soa !== undefined || unused?.soa !== undefined || kindOf(unused) === 'nxdomain' ? false : undefined
}
