import type { PrivateDnsManagementClient, PrivateZone, VirtualNetworkLink } from '@azure/arm-privatedns'
import { isUnlistable, orUndefined } from './network.ts'
import type { SharedReads } from './shared-reads.ts'

/** By what a private DNS zone is found. */
export interface ZonePlace {
  readonly name: string
  readonly subscription: string
  readonly resourceGroup: string
}

/** What many ask of Azure about zones. Its lists lag behind what was written by up to minutes; a zone by its id does not. */
export interface ZoneLists {
  zone(place: ZonePlace, signal: AbortSignal): Promise<PrivateZone | undefined>
  /** All zones of the subscription; where it may not be listed, those of the resource groups. */
  zones(subscription: string, groups: readonly string[], signal: AbortSignal): Promise<readonly PrivateZone[]>
  links(zone: ZonePlace, signal: AbortSignal): Promise<readonly VirtualNetworkLink[]>
}

/** Every network asks for the same: the zones of each subscription, and the links of each zone. */
export interface ZoneReads {
  readonly zones: SharedReads
  readonly links: SharedReads
}

export function keyOf({ subscription, resourceGroup, name }: ZonePlace): string {
  return `${subscription} ${resourceGroup} ${name}`.toLowerCase()
}

export function zoneLists(
  clientOf: (subscription: string) => PrivateDnsManagementClient,
  { zones, links }: ZoneReads,
): ZoneLists {
  return {
    async zone(place, signal) {
      const { privateZones } = clientOf(place.subscription)
      return await zones.read(`zone ${keyOf(place)}`, signal, (abortSignal) =>
        orUndefined(privateZones.get(place.resourceGroup, place.name, { abortSignal })),
      )
    },
    async zones(subscription, groups, signal) {
      const { privateZones } = clientOf(subscription)
      return await zones.read(groupsKey(subscription, groups), signal, async (abortSignal) => {
        const options = { abortSignal }
        try {
          return await Array.fromAsync(privateZones.list(options))
        } catch (error) {
          if (!isUnlistable(error)) throw error
          const lists = groups.map((group) => Array.fromAsync(privateZones.listByResourceGroup(group, options)))
          return (await Promise.all(lists)).flat()
        }
      })
    },
    async links(zone, signal) {
      const { virtualNetworkLinks } = clientOf(zone.subscription)
      return await links.read(keyOf(zone), signal, (abortSignal) =>
        Array.fromAsync(virtualNetworkLinks.list(zone.resourceGroup, zone.name, { abortSignal })),
      )
    },
  }
}

function groupsKey(subscription: string, groups: readonly string[]): string {
  return [subscription, ...groups.toSorted()].join(' ').toLowerCase()
}

/** Reads each list once, for a report on several networks. `signal` ends the reads; the callers' own are ignored, because one read serves several. */
export function readOnce(lists: ZoneLists, signal: AbortSignal): ZoneLists {
  const zones = new Map<string, Promise<readonly PrivateZone[]>>()
  const single = new Map<string, Promise<PrivateZone | undefined>>()
  const links = new Map<string, Promise<readonly VirtualNetworkLink[]>>()
  return {
    zone: (place) => once(single, keyOf(place), () => lists.zone(place, signal)),
    zones: (subscription, groups) =>
      once(zones, groupsKey(subscription, groups), () => lists.zones(subscription, groups, signal)),
    links: (zone) => once(links, keyOf(zone), () => lists.links(zone, signal)),
  }
}

/** What was read before under this key; else reads it. */
export function once<Value>(known: Map<string, Promise<Value>>, key: string, read: () => Promise<Value>): Promise<Value> {
  const value = known.get(key) ?? read()
  known.set(key, value)
  return value
}
