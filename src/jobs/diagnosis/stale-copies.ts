import type { ARecord } from '../../azure/private-dns.ts'
import type { ZonePlace } from '../../azure/zone-lists.ts'
import type { ControlPlane } from '../../domain/diagnosis/evidence.ts'
import { hiddenRecords, wholeName } from '../../domain/hidden-names.ts'
import { copiedFrom } from '../../domain/ownership.ts'
import { type Network, sameId } from '../../domain/target.ts'
import type { Clouds } from '../clouds.ts'

/** How many are named. */
const mostCopies = 5

/** The copies of wider zones' records that no longer lead where these do. Reads nothing where the zone has no copies, as most. */
export async function staleCopies(
  zone: ZonePlace,
  records: readonly ARecord[],
  network: Network,
  { dns }: Pick<Clouds, 'dns'>,
  signal: AbortSignal,
): Promise<Pick<ControlPlane, 'staleCopies'>> {
  const copies = records.flatMap((record) => {
    const from = copiedFrom(record.metadata)
    return from === undefined ? [] : [{ ...record, from }]
  })
  if (copies.length === 0) return {}
  const sources = (await dns.around(zone.name, network, signal)).filter(({ link }) => link !== undefined)
  const lists = await Promise.all(
    sources
      .filter(({ name }) => copies.some(({ from }) => sameId(from, name)))
      .map(async (wider) => ({ wider, there: hiddenRecords(zone.name, wider.name, await dns.aRecords(wider, signal)) })),
  )
  const stale = copies.flatMap(({ name, from, addresses }) => {
    const list = lists.find(({ wider }) => sameId(wider.name, from))
    if (list === undefined) return []
    const sourceAddresses = list.there.find((each) => sameId(each.name, name))?.addresses ?? []
    const isSame = addresses.toSorted().join() === sourceAddresses.toSorted().join()
    return isSame ? [] : [{ name: wholeName(zone.name, name), from, addresses, sourceAddresses }]
  })
  return stale.length === 0 ? {} : { staleCopies: stale.slice(0, mostCopies) }
}
