import { closest, distance } from 'fastest-levenshtein'

/** A ClickHouse Cloud service as the inventory knows it. */
export interface Service {
  readonly organizationId: string
  readonly organizationName: string
  readonly id: string
  readonly name: string
  readonly provider: string
  /** The service's own region; the network may lie in another. */
  readonly region: string
  readonly state: string
}

/** An Azure virtual network that the configuration names. */
export interface Network {
  readonly name: string
  readonly subscription: string
  readonly resourceGroup: string
  readonly vnet: string
  readonly subnet: string
  readonly location: string
  /** Where this network's private DNS zones live. */
  readonly dns: { readonly subscription: string; readonly resourceGroup: string }
  readonly applicationSecurityGroups: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  readonly endpoints?: EndpointOptions
}

/** How private endpoints are made and listed. Names are templates with `{service}`, `{network}` and `{vnet}`. */
export interface EndpointOptions {
  /** Default `pe-{service}-{network}`. */
  readonly name?: string
  /** Azure chooses the name when absent. */
  readonly networkInterface?: string
  /** The form of the id that goes into allow lists; both are recognised. Default `guid`. */
  readonly listAs?: 'guid' | 'resource-id'
}

/** A service as a person means it. */
export interface ServiceWords {
  /** Name or id. */
  readonly service: string
  /** Name or id; needed only where two organizations have a service of this name. */
  readonly organization?: string
}

/** A service, and the name under which it is reached privately. */
export interface Reached {
  readonly service: Service
  /** `privateDnsHostname`, e.g. `q7….westus3.privatelink.azure.clickhouse.cloud`. */
  readonly host: string
}

/** Services to be reached from one network, through one endpoint: so they are of one organization, and have one alias and one zone. */
export interface Target {
  readonly services: readonly [Reached, ...Reached[]]
  readonly network: Network
  /** `endpointServiceId`: the Private Link Service alias. */
  readonly alias: string
}

/** The private DNS zone of a host: its name without the first label, so always of the *service's* region. */
export function zoneOf(host: string): string {
  return host.slice(host.indexOf('.') + 1)
}

/** The host's own name in its zone, in lower case. */
export function labelOf(host: string): string {
  return host.slice(0, host.indexOf('.')).toLowerCase()
}

/** The record that answers for a host: the one of its own label, else the wildcard. */
export function recordFor<Each extends { readonly name: string }>(host: string, records: readonly Each[]): Each | undefined {
  return records.find(({ name }) => sameId(name, labelOf(host))) ?? records.find(({ name }) => name === '*')
}

/** The zone of a target: all its hosts have the same. */
export function zoneNameOf({ services: [{ host }] }: Target): string {
  return zoneOf(host)
}

/** The virtual network's ARM resource id. */
export function vnetId({ subscription, resourceGroup, vnet }: Network): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/virtualNetworks/${vnet}`
}

/** The ARM resource id of the subnet that holds the private endpoints. */
export function subnetId(network: Network): string {
  return `${vnetId(network)}/subnets/${network.subnet}`
}

/** Whether a subnet, by its ARM resource id, is in the network's VNet: an endpoint in any of its subnets is reached from the whole VNet. */
export function isInVnet(subnet: string, network: Network): boolean {
  return subnet.toLowerCase().startsWith(`${vnetId(network)}/subnets/`.toLowerCase())
}

/** Whether two ids are equal in any letter case, as ARM resource ids, GUIDs and DNS labels are compared; false when one is undefined. */
export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase()
}

/** The name closest to a mistyped word; undefined when none is close. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  const best = closest(
    word.toLowerCase(),
    names.map((name) => name.toLowerCase()),
  )
  const original = names.find((name) => name.toLowerCase() === best)
  return distance(word.toLowerCase(), best) <= Math.max(2, Math.ceil(word.length / 3)) ? original : undefined
}
