import { type Installation, type MarkedRequest, olderRequestOf, type Tags, withInstallation } from '../../domain/ownership.ts'
import type { Clouds } from '../clouds.ts'

/**
 * Clouds in which the tags of older versions, which name no installation, read as this one's where its ledger has the request that they name. Any other
 * installation's things of that age stay foreign.
 */
export function readingOlderMarks(
  clouds: Clouds,
  own: Installation,
  isKnown: (marked: MarkedRequest) => Promise<boolean>,
): Clouds {
  const { network, dns } = clouds
  const known = new Map<string, Promise<boolean>>()
  const read = async (tags: Tags): Promise<Tags> => {
    const older = olderRequestOf(tags)
    if (older === undefined) return tags
    const answer = known.get(older.request) ?? isKnown(older)
    known.set(older.request, answer)
    return (await answer) ? withInstallation(tags, own) : tags
  }
  const tagged = async <Thing extends { readonly tags: Tags }>(thing: Thing): Promise<Thing> => ({
    ...thing,
    tags: await read(thing.tags),
  })
  return {
    ...clouds,
    network: {
      ...network,
      async endpoints(...about) {
        const list = await network.endpoints(...about)
        return { ...list, endpoints: await Promise.all(list.endpoints.map(tagged)) }
      },
      async endpoint(...about) {
        const endpoint = await network.endpoint(...about)
        return endpoint && (await tagged(endpoint))
      },
      async endpointState(...about) {
        const endpoint = await network.endpointState(...about)
        return endpoint && (await tagged(endpoint))
      },
    },
    dns: {
      ...dns,
      async zone(...about) {
        const zone = await dns.zone(...about)
        return zone && { ...(await tagged(zone)), ...(zone.link !== undefined && { link: await tagged(zone.link) }) }
      },
      async around(...about) {
        return await Promise.all((await dns.around(...about)).map(tagged))
      },
      async link(...about) {
        const link = await dns.link(...about)
        return link && (await tagged(link))
      },
      async zones(...about) {
        const zones = await dns.zones(...about)
        return await Promise.all(
          zones.map(async (zone) => ({
            ...(await tagged(zone)),
            ...(zone.link !== undefined && { link: await tagged(zone.link) }),
          })),
        )
      },
      async aRecords(...about) {
        const records = await dns.aRecords(...about)
        return await Promise.all(records.map(async (record) => ({ ...record, metadata: await read(record.metadata) })))
      },
    },
  }
}
