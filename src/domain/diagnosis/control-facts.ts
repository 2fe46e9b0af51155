import { sameId } from '../target.ts'
import type { ControlPart, ControlPlane, Evidence } from './evidence.ts'

/** Whether no check ran inside the network, so that only the control plane can be judged. */
export function isBlind({ networkPlane }: Evidence): boolean {
  return networkPlane === undefined || Object.keys(networkPlane).length === 0
}

/** Whether this part of the control plane was not read, so that its absence proves nothing. A stored allow list counts as read. */
export function isUnread({ controlPlane }: Evidence, part: ControlPart): boolean {
  if (controlPlane === undefined) return true
  return controlPlane.unread?.[part] !== undefined && !(part === 'service' && controlPlane.allowList !== undefined)
}

/** The private endpoint's address as Azure reports it, else as the caller expects it. */
export function endpointAddress({ controlPlane, expectedAddress }: Evidence): string | undefined {
  return controlPlane?.endpoint?.address ?? expectedAddress
}

/** The state of the endpoint's connection in lower case: Azure documents a free string. */
export function connectionOf({ controlPlane }: Evidence): string | undefined {
  return controlPlane?.endpoint?.connection.toLowerCase()
}

/** Whether the service is up, also when it is degraded, so that a ping wakes nothing. */
export function isUp(state: string | undefined): boolean {
  return ['running', 'degraded', 'partially_running'].includes(state?.toLowerCase() ?? '')
}

const sleepingStates = ['idle', 'awaking', 'starting', 'provisioning']

/** Whether the service is not up but starts by itself or with the next connection. */
export function isAsleep({ controlPlane }: Evidence): boolean {
  return sleepingStates.includes(controlPlane?.serviceState?.toLowerCase() ?? '')
}

const endedStates = ['stopped', 'stopping', 'terminated', 'terminating', 'softdeleted', 'softdeleting', 'failed']

/** Whether the service is not up and does not start by itself. */
export function isStopped({ controlPlane }: Evidence): boolean {
  return endedStates.includes(controlPlane?.serviceState?.toLowerCase() ?? '')
}

/** Whether ClickHouse Cloud reports a state that is not in the lists above. */
export function isInUnknownState(evidence: Evidence): boolean {
  const state = evidence.controlPlane?.serviceState
  return state !== undefined && !isUp(state) && !isAsleep(evidence) && !isStopped(evidence)
}

export function isOtherService({ controlPlane }: Evidence): boolean {
  const alias = controlPlane?.endpoint?.alias
  return controlPlane !== undefined && alias !== undefined && alias !== '' && !sameId(alias, controlPlane.alias)
}

/** Host names compare without case and without the final dot. */
function sameHost(a: string, b: string): boolean {
  return sameId(a.replace(/\.$/, ''), b.replace(/\.$/, ''))
}

export function isOtherHost({ host, controlPlane }: Evidence): boolean {
  return controlPlane !== undefined && controlPlane.host !== '' && !sameHost(host, controlPlane.host)
}

/** An allow list may name an endpoint by its resource GUID or by its full resource id. */
export function names(ids: readonly string[], endpoint: NonNullable<ControlPlane['endpoint']>): boolean {
  return ids.some((id) => sameId(id, endpoint.guid) || sameId(id, endpoint.id))
}

/**
 * Entries of the allow list that the organization does not have, or that no known live endpoint has: an old GUID, another's, or an invented one. ClickHouse
 * Cloud checks neither list, and both keep the ids of deleted endpoints.
 */
export function unknownEntries({ controlPlane }: Evidence): readonly string[] {
  const { allowList = [], organizationIds, livingIds } = controlPlane ?? {}
  const isIn = (ids: readonly string[] | undefined, entry: string) => ids === undefined || ids.some((id) => sameId(id, entry))
  return allowList.filter((entry) => !isIn(organizationIds, entry) || !isIn(livingIds, entry))
}
