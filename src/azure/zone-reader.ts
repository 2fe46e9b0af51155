import type { PrivateDnsManagementClient, PrivateZone, VirtualNetworkLink } from '@azure/arm-privatedns'
import { isWider } from '../domain/hidden-names.ts'
import { linkName } from '../domain/resource-names.ts'
import { type Network, sameId, vnetId } from '../domain/target.ts'
import type { Etag } from './etag.ts'
import { isUnlistable, orUndefined, splitId, translating } from './network.ts'
import type { SharedReads } from './shared-reads.ts'

/** A private DNS zone, and its link to one VNet. */
export interface Zone {
  readonly id: string
  readonly name: string
  readonly subscription: string
  readonly resourceGroup: string
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

export type ZonePlace = Pick<Zone, 'name' | 'subscription' | 'resourceGroup'>

/** Which zones to read; those of the wanted name have to be readable. */
interface Wanted {
  readonly wanted: string
  isMeant(name: string): boolean
}

/** Every network asks for the same: the zones of each subscription, and the links of each zone. */
export interface ZoneReads {
  readonly lists: SharedReads
  readonly links: SharedReads
}

export function keyOf({ subscription, resourceGroup, name }: ZonePlace): string {
  return `${subscription} ${resourceGroup} ${name}`.toLowerCase()
}

/** Reads zones with their links. Lists lag behind; a zone or a link by its id is current. */
export function zoneReader(
  clientOf: (subscription: string) => PrivateDnsManagementClient,
  places: readonly Network['dns'][],
  { lists, links }: ZoneReads,
) {
  const linksOf = async (
    zone: ZonePlace,
    network: Network,
    signal: AbortSignal,
  ): Promise<Pick<Zone, 'link' | 'otherLinks' | 'otherVnets'>> => {
    let own: ZoneLink | undefined
    const otherVnets: string[] = []
    const ofThisVnet = (link: VirtualNetworkLink) => sameId(link.virtualNetwork?.id, vnetId(network))
    const { virtualNetworkLinks } = clientOf(zone.subscription)
    const all = await links.read(keyOf(zone), signal, (abortSignal) =>
      Array.fromAsync(virtualNetworkLinks.list(zone.resourceGroup, zone.name, { abortSignal })),
    )
    for (const link of all) {
      if (ofThisVnet(link)) own = linkOf(link)
      else otherVnets.push(link.virtualNetwork?.id?.split('/').at(-1) ?? link.name ?? '')
    }
    own ??= await linkById(zone, linkName(network), network, signal)
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

  const zoneById = async ({ name, subscription, resourceGroup }: ZonePlace, network: Network, signal: AbortSignal) => {
    const { privateZones } = clientOf(subscription)
    const zone = await orUndefined(privateZones.get(resourceGroup, name, { abortSignal: signal }))
    return zone && (await zoneOf(zone, name, network, signal))
  }

  /** Undefined when it was deleted after Azure listed it: then it has no links to read. */
  const zoneOf = async (zone: PrivateZone, name: string, network: Network, signal: AbortSignal): Promise<Zone | undefined> => {
    const { id = '', tags = {}, etag = '', provisioningState = 'Succeeded' } = zone
    const { subscription, resourceGroup } = splitId(id)
    const place = { name, subscription, resourceGroup }
    const links =
      provisioningState === 'Creating' ? { otherLinks: 0, otherVnets: [] } : await orUndefined(linksOf(place, network, signal))
    return links && { ...place, id, tags, etag, settled: provisioningState === 'Succeeded', ...links }
  }

  const listed = async (
    subscription: string,
    groups: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly PrivateZone[]> => {
    const { privateZones } = clientOf(subscription)
    return await lists.read([subscription, ...groups].join(' '), signal, async (abortSignal) => {
      const options = { abortSignal }
      try {
        return await Array.fromAsync(privateZones.list(options))
      } catch (error) {
        if (!isUnlistable(error)) throw error
        const found = groups.map((group) => Array.fromAsync(privateZones.listByResourceGroup(group, options)))
        return (await Promise.all(found)).flat()
      }
    })
  }

  const zonesIn = async (
    subscription: string,
    groups: readonly string[],
    { isMeant, wanted }: Wanted,
    network: Network,
    signal: AbortSignal,
  ): Promise<readonly Zone[]> =>
    await translating(`list the private DNS zones of subscription ${subscription}`, async () => {
      const found: Zone[] = []
      for (const zone of await listed(subscription, groups, signal)) {
        const { name = '' } = zone
        if (!isMeant(name) || zone.id === undefined) continue
        const isDone = (zone.provisioningState ?? 'Succeeded') === 'Succeeded'
        const place = { name, subscription, resourceGroup: splitId(zone.id).resourceGroup }
        const reading = isDone ? zoneOf(zone, name, network, signal) : zoneById(place, network, signal)
        const now = await reading.catch((error: unknown) => {
          // Somebody else's zone of another name must not stop a plan.
          if (sameId(name, wanted) || !isUnlistable(error)) throw error
          const { id = '', tags = {}, etag = '' } = zone
          return { ...place, id, tags, etag, settled: isDone, otherLinks: 0, otherVnets: [], linksUnread: true } as const
        })
        if (now !== undefined) found.push(now)
      }
      return found
    })

  const everywhere = async (wanted: Wanted, network: Network, signal: AbortSignal) => {
    const all = Map.groupBy([network.dns, ...places], ({ subscription }) => subscription.toLowerCase())
    const lists = await Promise.all(
      [...all].map(([subscription, here]) => {
        const groups = [...new Set(here.map(({ resourceGroup }) => resourceGroup.toLowerCase()))]
        return zonesIn(subscription, groups, wanted, network, signal)
      }),
    )
    return lists.flat()
  }

  return {
    linkById,
    zoneById,

    /** The zones of wider and narrower names that are linked to the VNet, or may be. */
    async around(name: string, network: Network, signal: AbortSignal): Promise<readonly Zone[]> {
      const all = await everywhere(
        { wanted: name, isMeant: (other) => isWider(other, name) || isWider(name, other) },
        network,
        signal,
      )
      return all.filter(({ link, linksUnread }) => link !== undefined || linksUnread === true)
    },

    /** The zones of this name; the one in the network's own place also where a list lacks it. */
    async named(name: string, network: Network, signal: AbortSignal): Promise<readonly Zone[]> {
      const listed = await everywhere({ wanted: name, isMeant: (other) => sameId(other, name) }, network, signal)
      const own = { name, ...network.dns }
      if (listed.some((zone) => isAt(zone, own))) return listed
      const unlisted = await translating(`read the private DNS zone ${name}`, async () => {
        return await zoneById(own, network, signal).catch((error: unknown) => {
          // A resource group that is not there, or not to be read: the pre-flight and the write tell that.
          if (isUnlistable(error)) return undefined
          throw error
        })
      })
      return unlisted === undefined ? listed : [...listed, unlisted]
    },
  }
}

export function isAt(zone: Zone, { subscription, resourceGroup }: Pick<Zone, 'subscription' | 'resourceGroup'>): boolean {
  return sameId(zone.subscription, subscription) && sameId(zone.resourceGroup, resourceGroup)
}

function linkOf({ name = '', virtualNetworkLinkState, tags = {}, etag = '' }: VirtualNetworkLink): ZoneLink {
  return { name, completed: virtualNetworkLinkState === 'Completed', tags, etag }
}
