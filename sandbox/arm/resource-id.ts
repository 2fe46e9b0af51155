/** Resource ids and places compare without case; this is the form that maps are keyed by. */
export function key(id: string): string {
  return id.toLowerCase()
}

export function sameId(one: string, other: string): boolean {
  return key(one) === key(other)
}

/** `West US 3` and `westus3` are one place. */
export function sameLocation(one: string, other: string): boolean {
  return place(one) === place(other)
}

export function place(location: string): string {
  return location.replaceAll(' ', '').toLowerCase()
}

export function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1)
}

export interface Scope {
  readonly subscription: string
  readonly group: string
}

/** Where a resource lives, or undefined when the text is no resource id. */
export function scopeOf(id: string): Scope | undefined {
  const [, subscription, group] = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/./i.exec(id) ?? []
  return subscription && group ? { subscription, group } : undefined
}

/** The network and the subnet's name in a subnet's id, or undefined when it is none. */
export function subnetOf(id: string): { network: string; subnet: string } | undefined {
  const pattern =
    /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+)\/subnets\/([^/]+)$/i
  const [, network, subnet] = pattern.exec(id) ?? []
  return network && subnet ? { network, subnet } : undefined
}
