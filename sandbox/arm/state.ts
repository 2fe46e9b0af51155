import type { World } from '../world.ts'
import type { ListLag } from './list-lag.ts'
import type { Operations } from './operations.ts'
import { scopeOf } from './resource-id.ts'
import type { Timers } from './timers.ts'

/** What the handlers share. The resources themselves are in the world. */
export interface Arm {
  readonly world: World
  /** Own address, for the absolute links in answers. */
  readonly url: string
  /** `subscription/resource group` in lower case. Those of the world's resources exist without being named here. */
  readonly resourceGroups: Set<string>
  readonly operations: Operations
  readonly lists: ListLag
  readonly timers: Timers
}

export function knowsSubscription(arm: Arm, subscription: string): boolean {
  return [...groups(arm)].some((group) => group.startsWith(`${subscription.toLowerCase()}/`))
}

export function knowsResourceGroup(arm: Arm, subscription: string, group: string): boolean {
  return groups(arm).has(`${subscription}/${group}`.toLowerCase())
}

function groups({ world, resourceGroups }: Arm): Set<string> {
  const all = new Set(resourceGroups)
  for (const { id } of [...world.networks.values(), ...world.endpoints.values(), ...world.zones.values()]) {
    const scope = scopeOf(id)
    if (scope) all.add(`${scope.subscription}/${scope.group}`.toLowerCase())
  }
  return all
}
