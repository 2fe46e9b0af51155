import type { Ledger } from '../../domain/ledger.ts'
import { type Network, type ServiceWords, sameId } from '../../domain/target.ts'
import type { Named } from './target.ts'

/** So many requests are looked through, the newest first. */
const mostRequests = 1_000

/** A service as the newest request for the network names it: when a service is deleted, what was made for it stays. */
export async function formerly(
  { service: word, organization }: ServiceWords,
  network: Network,
  ledger: Pick<Ledger, 'newest'>,
): Promise<Named | undefined> {
  for (const { plan } of await ledger.newest(mostRequests)) {
    if (plan === undefined || !sameId(plan.network, network.name)) continue
    const found = plan.services.find(
      ({ service: { id, name, organizationId, organizationName } }) =>
        (sameId(id, word) || sameId(name, word)) &&
        (organization === undefined || [organizationId, organizationName].includes(organization)),
    )
    if (found !== undefined) return { ...found, alias: plan.alias }
  }
  return undefined
}
