import { PrivateDnsManagementClient, type RecordSet } from '@azure/arm-privatedns'
import type { TokenCredential } from '@azure/identity'
import { type Network, vnetId } from '../domain/target.ts'
import { type CallWatch, watchCalls } from './call-watch.ts'
import { type Etag, ifMatchWhenKnown, requireIfMatch } from './etag.ts'
import { isUnlistable, orUndefined, translating } from './network.ts'
import { keepRefusalTexts } from './refusal-text.ts'
import { sharedReads } from './shared-reads.ts'
import { keyOf, once, readOnce, type ZonePlace, zoneLists } from './zone-lists.ts'
import { isAt, type LinkPlaces, type Zone, type ZoneLink, zoneReader } from './zone-reader.ts'

export interface ARecord {
  /** The name relative to the zone; `*` for the wildcard. */
  readonly name: string
  readonly addresses: readonly string[]
  /** In seconds. */
  readonly ttl: number
  readonly etag: Etag
  readonly metadata: Readonly<Record<string, string>>
}

/** Azure Private DNS. All errors are `TerminalError` or `RetryableError`. */
export interface AzurePrivateDns {
  /**
   * The zone of this name that is linked to the network's VNet; where none is, those in all subscriptions that the configuration names, the one in the
   * network's own place first. Those elsewhere that other VNets are linked to are other networks' own: they are left out, or with `others` come last.
   * Azure's lists lag behind by up to minutes: the zone in the network's own place, and the link that this bot makes, are asked for by their ids where a list
   * lacks them.
   */
  zones(name: string, network: Network, signal: AbortSignal, options?: { readonly others: true }): Promise<readonly Zone[]>
  /**
   * The same and `aRecords`, each list read once, for a report on several networks. `signal` ends the reads. A link that is younger than Azure's lists is seen
   * in the zone in the network's own place.
   */
  forReport(signal: AbortSignal): Pick<AzurePrivateDns, 'zones' | 'aRecords'>
  /** The zones of a wider or narrower name than this that are linked to the network's VNet, in all configured subscriptions. */
  around(name: string, network: Network, signal: AbortSignal): Promise<readonly Zone[]>
  /** Ids of the subscriptions in which zones are looked for; zones of other subscriptions are not seen. */
  subscriptions(network: Network): readonly string[]
  /** The zone as it is now, by its id; undefined when there is none. */
  zone(place: ZonePlace, network: Network, signal: AbortSignal): Promise<Zone | undefined>
  /** The link as it is now, by its id; undefined when there is none, or none to the network's VNet. */
  link(place: ZonePlace, name: string, network: Network, signal: AbortSignal): Promise<ZoneLink | undefined>
  /** Empty when the zone does not exist any more. */
  aRecords(zone: ZonePlace, signal: AbortSignal): Promise<readonly ARecord[]>
  /**
   * All record sets of the zone, perhaps without its SOA; types as in `AAAA`. Listing all types needs the permission `privateDnsZones/ALL/read`. Without
   * it the A records are listed, and one entry stands for all records of other types, if the zone's count says that there are any.
   */
  recordSets(zone: ZonePlace, signal: AbortSignal): Promise<readonly { readonly type: string; readonly name: string }[]>
  /** Resolves when Azure has finished; calls `accepted` when it has begun. Fails when the zone exists already. */
  createZone(zone: ZonePlace, tags: Readonly<Record<string, string>>, signal: AbortSignal, accepted?: () => void): Promise<void>
  /** Resolves when Azure has finished. The VNet's machines do not register in the zone. Fails when a link of that name exists already. */
  createLink(
    zone: ZonePlace,
    name: string,
    network: Network,
    tags: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void>
  /** Writes the whole record set. With an ETag it replaces only that version; without one it creates, and fails when the record set exists. */
  putARecord(zone: ZonePlace, record: Omit<ARecord, 'etag'> & { readonly etag?: string }, signal: AbortSignal): Promise<void>
  /** Removes the record set if it still has this version. One that does not exist any more is no error, here and below. */
  deleteARecord(zone: ZonePlace, record: Pick<ARecord, 'name' | 'etag'>, signal: AbortSignal): Promise<void>
  /** Resolves when Azure has finished. */
  deleteLink(zone: ZonePlace, link: Pick<ZoneLink, 'name' | 'etag'>, signal: AbortSignal): Promise<void>
  /** Removes the zone with its records; resolves when Azure has finished. Azure refuses while a VNet is linked. */
  deleteZone(zone: ZonePlace & Pick<Zone, 'etag'>, signal: AbortSignal): Promise<void>
}

/** `places`: where zones are searched besides the network's own place. In a subscription that may not be listed, only these resource groups are searched. */
export function azurePrivateDns(
  credential: TokenCredential,
  url: string,
  places: readonly Network['dns'][] = [],
  watch: CallWatch = {},
): AzurePrivateDns {
  const clients = new Map<string, PrivateDnsManagementClient>()
  const clientOf = (subscription: string): PrivateDnsManagementClient => {
    const known = clients.get(subscription)
    if (known !== undefined) return known
    const client = new PrivateDnsManagementClient(credential, subscription, { endpoint: url })
    watchCalls(client, subscription, watch)
    keepRefusalTexts(client)
    clients.set(subscription, client)
    return client
  }

  const [zones, links, records] = [sharedReads(), sharedReads(), sharedReads()]
  const changing = async (doing: string, change: () => Promise<void>): Promise<void> => {
    await zones.changing(() => links.changing(() => records.changing(() => translating(doing, change))))
  }
  const lists = zoneLists(clientOf, { zones, links })
  const linkPlaces: LinkPlaces = new Map()
  const { around, named, zoneById, linkById } = zoneReader(clientOf, places, { lists, linkPlaces })
  const aRecords: AzurePrivateDns['aRecords'] = async (zone, signal) =>
    await translating(`list the A records of ${zone.name}`, async () => {
      const { recordSets } = clientOf(zone.subscription)
      return await records.read(keyOf(zone), signal, async (abortSignal) => {
        const sets = recordSets.listByType(zone.resourceGroup, zone.name, 'A', { abortSignal })
        return (await orUndefined(Array.fromAsync(sets, recordOf))) ?? []
      })
    })

  return {
    aRecords,

    forReport(signal) {
      const reader = zoneReader(clientOf, places, { lists: readOnce(lists, signal), linkPlaces, isReport: true })
      const known = new Map<string, Promise<readonly ARecord[]>>()
      return {
        zones: async (name, network, own, options) => ofNetwork(await reader.named(name, network, own), network, options),
        aRecords: (zone) => once(known, keyOf(zone), () => aRecords(zone, signal)),
      }
    },

    async around(name, network, signal) {
      return await around(name, network, signal)
    },

    async zones(name, network, signal, options) {
      return ofNetwork(await named(name, network, signal), network, options)
    },

    subscriptions: (network) => [...new Set([network.dns, ...places].map(({ subscription }) => subscription.toLowerCase()))],

    async zone(place, network, signal) {
      return await translating(`read the private DNS zone ${place.name}`, async () => await zoneById(place, network, signal))
    },

    async link(place, name, network, signal) {
      return await translating(`read the link ${name} of ${place.name}`, async () => await linkById(place, name, network, signal))
    },

    async recordSets(zone, signal) {
      return await translating(`list the records of ${zone.name}`, async () => {
        const options = { abortSignal: signal }
        const { recordSets, privateZones } = clientOf(zone.subscription)
        try {
          return typed(await Array.fromAsync(recordSets.list(zone.resourceGroup, zone.name, options)))
        } catch (error) {
          if (!isUnlistable(error)) throw error
          const known = typed(await Array.fromAsync(recordSets.listByType(zone.resourceGroup, zone.name, 'A', options)))
          const { numberOfRecordSets } = await privateZones.get(zone.resourceGroup, zone.name, options)
          // The zone's count includes its SOA.
          return numberOfRecordSets === known.length + 1 ? known : [...known, unlisted]
        }
      })
    },

    async createZone(zone, tags, signal, accepted) {
      await changing(`create the private DNS zone ${zone.name}`, async () => {
        const onResponse = ({ status }: { readonly status: number }): void => {
          if (status < 300) accepted?.()
        }
        const options = { ifNoneMatch: '*', abortSignal: signal, onResponse }
        await clientOf(zone.subscription).privateZones.createOrUpdate(
          zone.resourceGroup,
          zone.name,
          { location: 'global', tags: { ...tags } },
          options,
        )
      })
    },

    async createLink(zone, name, network, tags, signal) {
      await changing(`link the zone ${zone.name} to ${network.vnet}`, async () => {
        await clientOf(zone.subscription).virtualNetworkLinks.createOrUpdate(
          zone.resourceGroup,
          zone.name,
          name,
          { location: 'global', tags: { ...tags }, virtualNetwork: { id: vnetId(network) }, registrationEnabled: false },
          { ifNoneMatch: '*', abortSignal: signal },
        )
      })
    },

    async putARecord(zone, { name, addresses, ttl, metadata, etag }, signal) {
      await changing(`write the A record ${name} of ${zone.name}`, async () => {
        const set: RecordSet = { ttl, aRecords: addresses.map((ipv4Address) => ({ ipv4Address })), metadata: { ...metadata } }
        const guard = etag === undefined ? { ifNoneMatch: '*' } : requireIfMatch(etag, `the A record ${name}`)
        await clientOf(zone.subscription).recordSets.createOrUpdate(zone.resourceGroup, zone.name, 'A', name, set, {
          ...guard,
          abortSignal: signal,
        })
      })
    },

    async deleteARecord(zone, { name, etag }, signal) {
      await changing(`delete the A record ${name} of ${zone.name}`, async () => {
        const options = { ...requireIfMatch(etag, `the A record ${name}`), abortSignal: signal }
        await orUndefined(clientOf(zone.subscription).recordSets.delete(zone.resourceGroup, zone.name, 'A', name, options))
      })
    },

    async deleteLink(zone, { name, etag }, signal) {
      await changing(`unlink the zone ${zone.name}`, async () => {
        const options = { ...ifMatchWhenKnown(etag), abortSignal: signal }
        await orUndefined(
          Promise.resolve(clientOf(zone.subscription).virtualNetworkLinks.delete(zone.resourceGroup, zone.name, name, options)),
        )
      })
    },

    async deleteZone(zone, signal) {
      await changing(`delete the private DNS zone ${zone.name}`, async () => {
        const options = { ...ifMatchWhenKnown(zone.etag), abortSignal: signal }
        await orUndefined(
          Promise.resolve(clientOf(zone.subscription).privateZones.delete(zone.resourceGroup, zone.name, options)),
        )
      })
    },
  }
}

/** Those that are linked to the VNet, then those in the place that the configuration names, then those that no VNet is linked to. */
function ofNetwork(zones: readonly Zone[], network: Network, { others = false } = {}): readonly Zone[] {
  const rank = (zone: Zone): number => {
    if (zone.link !== undefined) return 0
    if (isAt(zone, network.dns)) return 1
    return zone.otherLinks === 0 ? 2 : ofOthers
  }
  return zones.filter((zone) => others || rank(zone) < ofOthers).toSorted((a, b) => rank(a) - rank(b))
}

const ofOthers = 3

/** Stands for all record sets that may not be listed. */
const unlisted = { type: 'of another type', name: 'some' }

function typed(sets: readonly RecordSet[]): readonly { readonly type: string; readonly name: string }[] {
  return sets.map(({ type = '', name = '' }) => ({ type: type.slice(type.lastIndexOf('/') + 1).toUpperCase(), name }))
}

function recordOf(set: RecordSet): ARecord {
  return {
    name: set.name ?? '',
    addresses: (set.aRecords ?? []).flatMap(({ ipv4Address }) => (ipv4Address === undefined ? [] : [ipv4Address])),
    ttl: set.ttl ?? 0,
    etag: set.etag ?? '',
    metadata: set.metadata ?? {},
  }
}
