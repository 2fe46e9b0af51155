import { type Network, subnetId, type Target, vnetId, zoneNameOf } from './target.ts'

/**
 * Where the things of a plan lie, as ARM resource ids in lower case, and the tags that they get. Part of what is approved: a configuration that leads somewhere else
 * meanwhile makes another plan.
 */
export interface Site {
  readonly vnet: string
  readonly subnet: string
  readonly endpoint?: string
  readonly zone?: string
  readonly applicationSecurityGroups: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** Which bot makes them. Absent in plans of older versions. */
  readonly installation?: string
}

/** What a step has seen of where things lie. */
interface SeenPlaces {
  readonly endpoint?: { readonly name: string; readonly resourceGroup?: string }
  readonly zone?: { readonly subscription: string; readonly resourceGroup: string }
}

/** By what the steps of the plan have seen. An endpoint that is to be made will lie beside its network. */
export function siteOf(target: Target, seen: readonly SeenPlaces[], installation: string): Site {
  const { network } = target
  const endpoint = endpointIn(network, seen)
  const zone = zoneIn(target, seen)
  return {
    vnet: vnetId(network).toLowerCase(),
    subnet: subnetId(network).toLowerCase(),
    ...(endpoint !== undefined && { endpoint: endpoint.toLowerCase() }),
    ...(zone !== undefined && { zone: zone.toLowerCase() }),
    applicationSecurityGroups: network.applicationSecurityGroups.map((id) => id.toLowerCase()).toSorted(),
    tags: network.tags,
    installation,
  }
}

function endpointIn({ subscription, resourceGroup }: Network, seen: readonly SeenPlaces[]): string | undefined {
  const endpoint = seen.find((each) => each.endpoint !== undefined)?.endpoint
  if (endpoint === undefined) return undefined
  const group = endpoint.resourceGroup ?? resourceGroup
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${endpoint.name}`
}

function zoneIn(target: Target, seen: readonly SeenPlaces[]): string | undefined {
  const zone = seen.find((each) => each.zone !== undefined)?.zone
  if (zone === undefined) return undefined
  return `/subscriptions/${zone.subscription}/resourceGroups/${zone.resourceGroup}/providers/Microsoft.Network/privateDnsZones/${zoneNameOf(target)}`
}
