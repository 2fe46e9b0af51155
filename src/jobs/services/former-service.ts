import type { Ledger } from '../../domain/ledger.ts'
import { servicesMeant } from '../../domain/service-words.ts'
import { type Network, type ServiceWords, sameId } from '../../domain/target.ts'
import type { RemovedRequests, Trace } from '../../redis/removed-requests.ts'
import type { PrivateService } from './target.ts'

/** The most requests that are searched, the newest first. */
const mostRequests = 1_000

/** A deleted service as the newest request for the network has it, so that what was made for it can be removed; undefined when none names it. */
export async function formerService(
  words: ServiceWords,
  network: Network,
  requests: Pick<Ledger, 'newest'> & Pick<RemovedRequests, 'traces'>,
): Promise<PrivateService | undefined> {
  const plans = (await requests.newest(mostRequests)).flatMap(({ plan }) => (plan === undefined ? [] : [plan]))
  return firstNamed(plans, words, network) ?? firstNamed(await requests.traces(), words, network)
}

function firstNamed(plans: readonly Trace[], words: ServiceWords, network: Network): PrivateService | undefined {
  for (const { network: name, services, alias } of plans) {
    if (!sameId(name, network.name)) continue
    const [meant] = servicesMeant(
      services.map(({ service }) => service),
      words,
    )
    const found = services.find(({ service }) => service === meant)
    if (found !== undefined) return { ...found, alias }
  }
  return undefined
}
