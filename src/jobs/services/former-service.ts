import type { Ledger } from '../../domain/ledger.ts'
import { servicesMeant } from '../../domain/service-words.ts'
import { type Network, type ServiceWords, sameId } from '../../domain/target.ts'
import type { Named } from './target.ts'

/** So many requests are looked through, the newest first. */
const mostRequests = 1_000

/** A service as the newest request for the network names it: when a service is deleted, what was made for it stays. */
export async function formerService(
  words: ServiceWords,
  network: Network,
  ledger: Pick<Ledger, 'newest'>,
): Promise<Named | undefined> {
  for (const { plan } of await ledger.newest(mostRequests)) {
    if (plan === undefined || !sameId(plan.network, network.name)) continue
    const [meant] = servicesMeant(
      plan.services.map(({ service }) => service),
      words,
    )
    const found = plan.services.find(({ service }) => service === meant)
    if (found !== undefined) return { ...found, alias: plan.alias }
  }
  return undefined
}
