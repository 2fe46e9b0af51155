import type { PrivateDnsManagementClient, PrivateZone, VirtualNetworkLink } from '@azure/arm-privatedns'
import { isUnlistable } from './network.ts'

/** By what a private DNS zone is found. */
export interface ZonePlace {
  readonly name: string
  readonly subscription: string
  readonly resourceGroup: string
}

/** What Azure lists about zones. Its lists lag behind what was written by up to minutes. */
export interface ZoneLists {
  /** All zones of the subscription; where it may not be listed, those of the resource groups. */
  zones(subscription: string, groups: readonly string[], signal: AbortSignal): Promise<readonly PrivateZone[]>
  links(zone: ZonePlace, signal: AbortSignal): Promise<readonly VirtualNetworkLink[]>
}

export function zoneLists(clientOf: (subscription: string) => PrivateDnsManagementClient): ZoneLists {
  return {
    async zones(subscription, groups, signal) {
      const { privateZones } = clientOf(subscription)
      const options = { abortSignal: signal }
      try {
        return await Array.fromAsync(privateZones.list(options))
      } catch (error) {
        if (!isUnlistable(error)) throw error
        const lists = groups.map((group) => Array.fromAsync(privateZones.listByResourceGroup(group, options)))
        return (await Promise.all(lists)).flat()
      }
    },
    async links({ subscription, resourceGroup, name }, signal) {
      const { virtualNetworkLinks } = clientOf(subscription)
      return await Array.fromAsync(virtualNetworkLinks.list(resourceGroup, name, { abortSignal: signal }))
    },
  }
}

/** Reads each list once, for a report on several networks. `signal` ends the reads; the callers' own are ignored, because one read serves several. */
export function readOnce(lists: ZoneLists, signal: AbortSignal): ZoneLists {
  const zones = new Map<string, Promise<readonly PrivateZone[]>>()
  const links = new Map<string, Promise<readonly VirtualNetworkLink[]>>()
  return {
    zones: (subscription, groups) =>
      once(zones, [subscription, ...groups.toSorted()].join(' '), () => lists.zones(subscription, groups, signal)),
    links: (zone) => once(links, [zone.subscription, zone.resourceGroup, zone.name].join(' '), () => lists.links(zone, signal)),
  }
}

/** What was read before under this key, in any letters; else reads it. */
export function once<Value>(known: Map<string, Promise<Value>>, key: string, read: () => Promise<Value>): Promise<Value> {
  const value = known.get(key.toLowerCase()) ?? read()
  known.set(key.toLowerCase(), value)
  return value
}
