import type { Change, Plan, StepId } from './plan.ts'
import { type Network, subnetId, vnetId } from './target.ts'
import { wildcard } from './wildcard.ts'

/** The Azure actions that a plan needs, and whether the caller's roles allow them. Source of the actions: Azure's provider operations of `Microsoft.Network`. */

/** One of the caller's roles, as Azure reports it: allows what `actions` match and `notActions` do not. Patterns with `*`, in any letter case. */
export interface Permission {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
}

/** An action, and the ARM id of the resource group or resource on which it must be allowed. */
export interface Need {
  readonly action: string
  readonly scope: string
}

/** Where the plan's zone is, or will be made. */
export interface ZonePlace {
  readonly subscription: string
  readonly resourceGroup: string
}

const provider = 'Microsoft.Network'

/** What the steps that change something need; each pair of action and scope once. */
export function needsOf({ steps }: Plan, network: Network, zone: ZonePlace): readonly Need[] {
  const needs = needsByStep(network, zone)
  return once(steps.flatMap(({ id, change }) => (change.kind === 'none' ? [] : (needs[id]?.(change.kind) ?? []))))
}

/** What requests of every action may need in a network, whatever they find there, what they read included. */
export function everyNeedOf(network: Network): readonly Need[] {
  const there = groupId(network.dns)
  return once([
    ...Object.values(needsByStep(network, network.dns)).flatMap((needsFor) => needsFor('update')),
    { action: `${provider}/virtualNetworks/read`, scope: vnetId(network) },
    { action: `${provider}/locations/checkPrivateLinkServiceVisibility/action`, scope: groupId(network) },
    { action: `${provider}/privateDnsZones/ALL/read`, scope: there },
    { action: 'Microsoft.PolicyInsights/checkPolicyRestrictions/read', scope: there },
    ...[groupId(network), there].map((scope) => ({ action: 'Microsoft.Authorization/permissions/read', scope })),
  ])
}

function once(needs: readonly Need[]): readonly Need[] {
  return [...new Map(needs.map((need) => [`${need.scope} ${need.action}`.toLowerCase(), need])).values()]
}

type NeedsOfStep = (kind: Change['kind']) => readonly Need[]

function needsByStep(network: Network, zone: ZonePlace): Readonly<Partial<Record<StepId, NeedsOfStep>>> {
  const here = groupId(network)
  const there = groupId(zone)
  const on = (scope: string, ...actions: readonly string[]): readonly Need[] =>
    actions.map((action) => ({ action: `${provider}/${action}`, scope }))
  // Azure does these asynchronously; reading their progress needs permissions as well.
  const polled = on(here, 'locations/operations/read')
  const polledDns = on(there, 'privateDnsOperationStatuses/read', 'privateDnsOperationResults/read')
  return {
    'private-endpoint': (kind) => [
      ...on(here, 'privateEndpoints/read', 'privateEndpoints/write', 'networkInterfaces/read'),
      ...polled,
      ...(kind === 'update' ? on(here, 'privateEndpoints/delete') : []),
      ...on(subnetId(network), 'virtualNetworks/subnets/join/action'),
      ...network.applicationSecurityGroups.flatMap((id) => on(id, 'applicationSecurityGroups/joinIpConfiguration/action')),
    ],
    'dns-zone': () => [...on(there, 'privateDnsZones/read', 'privateDnsZones/write'), ...polledDns],
    'dns-record': () => on(there, 'privateDnsZones/A/read', 'privateDnsZones/A/write'),
    'network-link': () => [
      ...on(there, 'privateDnsZones/virtualNetworkLinks/read', 'privateDnsZones/virtualNetworkLinks/write'),
      ...polledDns,
      ...on(vnetId(network), 'virtualNetworks/join/action'),
    ],
    'private-endpoint-removal': () => [...on(here, 'privateEndpoints/delete'), ...polled],
    'dns-record-removal': () => on(there, 'privateDnsZones/A/delete'),
    'network-link-removal': () => [...on(there, 'privateDnsZones/virtualNetworkLinks/delete'), ...polledDns],
    'dns-zone-removal': () => [...on(there, 'privateDnsZones/delete'), ...polledDns],
  }
}

/** Whether one of the roles allows the action. */
export function isAllowed(action: string, permissions: readonly Permission[]): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => wildcard(pattern, 'iu').test(action)) &&
      !notActions.some((pattern) => wildcard(pattern, 'iu').test(action)),
  )
}

function groupId({ subscription, resourceGroup }: ZonePlace): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`
}
