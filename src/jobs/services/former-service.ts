import type { Ledger } from '../../domain/ledger.ts'
import { servicesMeant } from '../../domain/service-words.ts'
import { type Network, type ServiceWords, sameId } from '../../domain/target.ts'
import type { PrivateService } from './target.ts'

/** The most requests that are searched, the newest first. */
const mostRequests = 1_000

/** A deleted service as the newest request for the network has it, so that what was made for it can be removed; undefined when none names it. */
export async function formerService(
  words: ServiceWords,
  network: Network,
  ledger: Pick<Ledger, 'newest'>,
): Promise<PrivateService | undefined> {
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
