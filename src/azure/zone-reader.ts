import type { PrivateDnsManagementClient, PrivateZone, VirtualNetworkLink } from '@azure/arm-privatedns'
import { isWider } from '../domain/hidden-names.ts'
import { linkName } from '../domain/resource-names.ts'
import { type Network, sameId, vnetId } from '../domain/target.ts'
import type { Etag } from './etag.ts'
import { isUnlistable, orUndefined, splitId, translating } from './network.ts'
import type { ZoneLists, ZonePlace } from './zone-lists.ts'

/** A private DNS zone, and its link to one VNet. */
export interface Zone extends ZonePlace {
  readonly id: string
  readonly tags: Readonly<Record<string, string>>
  readonly settled: boolean
  readonly etag: Etag
  /** The link to the VNet that was asked about. */
  readonly link?: ZoneLink
  /** How many other VNets are linked to it. */
  readonly otherLinks: number
  /** Their names. */
  readonly otherVnets: readonly string[]
  /** Its links may not be read: it may be linked to the VNet. */
  readonly linksUnread?: true
}

export interface ZoneLink {
  readonly name: string
  /** Whether Azure has finished the link: only then do names resolve in the VNet. */
  readonly completed: boolean
  readonly tags: Readonly<Record<string, string>>
  readonly etag: Etag
}

/** Which zones to read; those of the wanted name have to be readable. */
interface Wanted {
  readonly wanted: string
  isMeant(zone: ZonePlace): boolean
  /** Whether this bot's link is asked for by its id where the list of links lacks it. */
  asksById(zone: ZonePlace): boolean
}

/** Where a VNet was seen linked to a zone of a name: a hint, which is asked by its ids before it counts. */
export type LinkPlaces = Map<string, { readonly zone: ZonePlace; readonly link: string }>

interface ReaderOptions {
  readonly lists: ZoneLists
  readonly linkPlaces: LinkPlaces
  /** Asks for a link by its id only in the network's own place: of many networks and many zones, those are too many questions. */
  readonly isReport?: boolean
}

/** Reads zones with their links. Lists lag behind; a zone or a link by its id is current. */
export function zoneReader(
  clientOf: (subscription: string) => PrivateDnsManagementClient,
  places: readonly Network['dns'][],
  { lists, linkPlaces, isReport = false }: ReaderOptions,
) {
  const linksOf = async (
    zone: ZonePlace,
    { asksById }: Pick<Wanted, 'asksById'>,
    network: Network,
    signal: AbortSignal,
  ): Promise<Pick<Zone, 'link' | 'otherLinks' | 'otherVnets'>> => {
    let own: ZoneLink | undefined
    const otherVnets: string[] = []
    const ofThisVnet = (link: VirtualNetworkLink) => sameId(link.virtualNetwork?.id, vnetId(network))
    for (const link of await lists.links(zone, signal)) {
      if (ofThisVnet(link)) own = linkOf(link)
      else otherVnets.push(link.virtualNetwork?.id?.split('/').at(-1) ?? link.name ?? '')
    }
    if (asksById(zone)) own ??= await linkById(zone, linkName(network), network, signal)
    return { otherLinks: otherVnets.length, otherVnets, ...(own !== undefined && { link: own }) }
  }

  const linkById = async (
    zone: ZonePlace,
    name: string,
    network: Network,
    signal: AbortSignal,
  ): Promise<ZoneLink | undefined> => {
    const { virtualNetworkLinks } = clientOf(zone.subscription)
    const link = await orUndefined(virtualNetworkLinks.get(zone.resourceGroup, zone.name, name, { abortSignal: signal }))
    return link !== undefined && sameId(link.virtualNetwork?.id, vnetId(network)) ? linkOf(link) : undefined
  }

  const zoneById = async (
    { name, subscription, resourceGroup }: ZonePlace,
    network: Network,
    signal: AbortSignal,
    wanted: Pick<Wanted, 'asksById'> = { asksById: () => true },
  ): Promise<Zone | undefined> => {
    const { privateZones } = clientOf(subscription)
    const zone = await orUndefined(privateZones.get(resourceGroup, name, { abortSignal: signal }))
    return zone && (await zoneOf(zone, name, wanted, network, signal))
  }

  /** Undefined when it was deleted after Azure listed it: then it has no links to read. */
  const zoneOf = async (
    zone: PrivateZone,
    name: string,
    wanted: Pick<Wanted, 'asksById'>,
    network: Network,
    signal: AbortSignal,
  ): Promise<Zone | undefined> => {
    const { id = '', tags = {}, etag = '', provisioningState = 'Succeeded' } = zone
    const { subscription, resourceGroup } = splitId(id)
    const place = { name, subscription, resourceGroup }
    const links =
      provisioningState === 'Creating'
        ? { otherLinks: 0, otherVnets: [] }
        : await orUndefined(linksOf(place, wanted, network, signal))
    return links && { ...place, id, tags, etag, settled: provisioningState === 'Succeeded', ...links }
  }

  const zonesIn = async (
    subscription: string,
    groups: readonly string[],
    wanted: Wanted,
    network: Network,
    signal: AbortSignal,
  ): Promise<readonly Zone[]> =>
    await translating(`list the private DNS zones of subscription ${subscription}`, async () => {
      const found: Zone[] = []
      for (const zone of await lists.zones(subscription, groups, signal)) {
        const { name = '' } = zone
        if (zone.id === undefined) continue
        const place = { name, subscription, resourceGroup: splitId(zone.id).resourceGroup }
        if (!wanted.isMeant(place)) continue
        const isDone = (zone.provisioningState ?? 'Succeeded') === 'Succeeded'
        const reading = isDone ? zoneOf(zone, name, wanted, network, signal) : zoneById(place, network, signal, wanted)
        const now = await reading.catch((error: unknown) => {
          // Somebody else's zone of another name must not stop a plan.
          if (sameId(name, wanted.wanted) || !isUnlistable(error)) throw error
          const { id = '', tags = {}, etag = '' } = zone
          return { ...place, id, tags, etag, settled: isDone, otherLinks: 0, otherVnets: [], linksUnread: true } as const
        })
        if (now !== undefined) found.push(now)
      }
      return found
    })

  /** The resource groups in which zones are searched, by subscription. */
  const searched = (network: Network): ReadonlyMap<string, readonly string[]> => {
    const all = Map.groupBy([network.dns, ...places], ({ subscription }) => subscription.toLowerCase())
    const groups = (here: readonly Network['dns'][]) => [...new Set(here.map(({ resourceGroup }) => resourceGroup.toLowerCase()))]
    return new Map([...all].map(([subscription, here]) => [subscription, groups(here)]))
  }

  const everywhere = async (wanted: Wanted, network: Network, signal: AbortSignal) => {
    const lists = [...searched(network)].map(([subscription, groups]) => zonesIn(subscription, groups, wanted, network, signal))
    return (await Promise.all(lists)).flat()
  }

  /** The zone of this name in the network's own place. A report looks into the list of its subscription, which serves other networks as well. */
  const atOwnPlace = async (wanted: Wanted, network: Network, signal: AbortSignal): Promise<Zone | undefined> => {
    const own = { name: wanted.wanted, ...network.dns }
    if (isReport) {
      const subscription = own.subscription.toLowerCase()
      const here = await zonesIn(subscription, searched(network).get(subscription) ?? [], wanted, network, signal)
      return here.find((zone) => isAt(zone, own))
    }
    return await translating(`read the private DNS zone ${own.name}`, async () => {
      try {
        const zone = await lists.zone(own, signal)
        return zone && (await zoneOf(zone, own.name, wanted, network, signal))
      } catch (error) {
        // A resource group that is not there, or not to be read: the pre-flight and the write tell that.
        if (isUnlistable(error)) return undefined
        throw error
      }
    })
  }

  /** The zone that the VNet was linked to when it was last looked for everywhere; forgets one that it is not linked to any more. */
  const atLinkPlace = async (name: string, network: Network, signal: AbortSignal): Promise<Zone | undefined> => {
    const key = linkKey(name, network)
    const place = linkPlaces.get(key)
    if (place === undefined) return undefined
    const [zone, link] = await translating(`read the private DNS zone ${name}`, async () => {
      const reads = [zoneById(place.zone, network, signal), linkById(place.zone, place.link, network, signal)] as const
      return await Promise.all(reads).catch((error: unknown) => {
        if (isUnlistable(error)) return [undefined, undefined]
        throw error
      })
    })
    if (zone !== undefined && link !== undefined) return { ...zone, link }
    linkPlaces.delete(key)
    return undefined
  }

  /**
   * Asks for the listed links by their ids: a list may still show one that is gone. Where none is left, the link that this bot makes is asked for in each
   * zone: a list may lack it yet.
   */
  const withLinksById = async (zones: readonly Zone[], network: Network, signal: AbortSignal): Promise<readonly Zone[]> => {
    const asked = async ({ link: listed, ...zone }: Zone, name: string | undefined): Promise<Zone> => {
      const link = name === undefined ? undefined : await linkById(zone, name, network, signal)
      return { ...zone, ...(link !== undefined && { link }) }
    }
    return await translating(`read the links of ${zones[0]?.name}`, async () => {
      const listed = await Promise.all(zones.map((zone) => asked(zone, zone.link?.name)))
      if (listed.some(({ link }) => link !== undefined)) return listed
      return await Promise.all(listed.map((zone) => asked(zone, linkName(network))))
    })
  }

  return {
    linkById,
    zoneById,

    /** The zones of wider and narrower names that are linked to the VNet, or may be. */
    async around(name: string, network: Network, signal: AbortSignal): Promise<readonly Zone[]> {
      const all = await everywhere(
        { wanted: name, isMeant: (zone) => isWider(zone.name, name) || isWider(name, zone.name), asksById: () => true },
        network,
        signal,
      )
      const now = await Promise.all(
        all.map(async (zone) => {
          if (zone.link === undefined) return zone.linksUnread === true ? [zone] : []
          // A list may still show a link that is gone, and its zone would be taken for one that answers.
          const { link: listed, ...rest } = zone
          const link = await translating(
            `read the link ${listed.name} of ${zone.name}`,
            async () => await linkById(zone, listed.name, network, signal),
          )
          return link === undefined ? [] : [{ ...rest, link }]
        }),
      )
      return now.flat()
    },

    /**
     * The zones of this name; the one in the network's own place also where a list lacks it. A zone that is linked to the VNet is the only one: Azure links
     * a VNet to one zone of a name, so that the others, in all subscriptions, need not be read.
     */
    async named(name: string, network: Network, signal: AbortSignal): Promise<readonly Zone[]> {
      const wanted: Wanted = {
        wanted: name,
        isMeant: (zone) => sameId(zone.name, name),
        asksById: (zone) => isAt(zone, network.dns),
      }
      const own = await atOwnPlace(wanted, network, signal)
      if (own?.link !== undefined) return [own]
      const known = isReport ? undefined : await atLinkPlace(name, network, signal)
      if (known !== undefined) return [known]
      const isRead = (zone: ZonePlace) => own !== undefined && isAt(zone, own)
      const others = await everywhere({ ...wanted, isMeant: (zone) => wanted.isMeant(zone) && !isRead(zone) }, network, signal)
      const found = isReport ? others : await withLinksById(others, network, signal)
      const linked = found.find(({ link }) => link !== undefined)
      if (linked?.link === undefined) return own === undefined ? found : [...found, own]
      const { subscription, resourceGroup, link } = linked
      linkPlaces.set(linkKey(name, network), { zone: { name, subscription, resourceGroup }, link: link.name })
      return [linked]
    },
  }
}

function linkKey(name: string, network: Network): string {
  return `${vnetId(network)} ${name}`.toLowerCase()
}

export function isAt(zone: ZonePlace, { subscription, resourceGroup }: Pick<Zone, 'subscription' | 'resourceGroup'>): boolean {
  return sameId(zone.subscription, subscription) && sameId(zone.resourceGroup, resourceGroup)
}

function linkOf({ name = '', virtualNetworkLinkState, tags = {}, etag = '' }: VirtualNetworkLink): ZoneLink {
  return { name, completed: virtualNetworkLinkState === 'Completed', tags, etag }
}
