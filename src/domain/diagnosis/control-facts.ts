import { sameId } from '../target.ts'
import type { ControlPart, ControlPlane, Evidence } from './evidence.ts'

/** Nothing was seen from inside the network, so the control plane is all that can be judged. */
export function isBlind({ networkPlane }: Evidence): boolean {
  return networkPlane === undefined || Object.keys(networkPlane).length === 0
}

/** Whether nobody knows this part of the control plane, so that its absence says nothing. What was read earlier is known. */
export function isUnread({ controlPlane }: Evidence, part: ControlPart): boolean {
  if (controlPlane === undefined) return true
  return controlPlane.unread?.[part] !== undefined && !(part === 'service' && controlPlane.allowList !== undefined)
}

/** The private endpoint's address as Azure tells it, else as it was told. */
export function endpointAddress({ controlPlane, expectedAddress }: Evidence): string | undefined {
  return controlPlane?.endpoint?.address ?? expectedAddress
}

/** The state of the endpoint's connection in lower case: Azure documents a free string. */
export function connectionOf({ controlPlane }: Evidence): string | undefined {
  return controlPlane?.endpoint?.connection.toLowerCase()
}

/** The service serves, if perhaps not well: a ping wakes nothing. */
export function isUp(state: string | undefined): boolean {
  return ['running', 'degraded', 'partially_running'].includes(state?.toLowerCase() ?? '')
}

const sleepingStates = ['idle', 'awaking', 'starting', 'provisioning']

/** The service does not serve just now, but will by itself, or when somebody comes. */
export function isAsleep({ controlPlane }: Evidence): boolean {
  return sleepingStates.includes(controlPlane?.serviceState?.toLowerCase() ?? '')
}

const endedStates = ['stopped', 'stopping', 'terminated', 'terminating', 'softdeleted', 'softdeleting', 'failed']

/** The service does not serve, and does not start on its own. */
export function isStopped({ controlPlane }: Evidence): boolean {
  return endedStates.includes(controlPlane?.serviceState?.toLowerCase() ?? '')
}

/** ClickHouse Cloud shows a state that nobody here knows: whether the service serves, and what wakes it, cannot be said. */
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
 * Entries of the allow list that the organization does not know, or that no endpoint has that lives: an old GUID, another's, or a made-up one.
 * ClickHouse Cloud verifies neither list, and both outlive an endpoint.
 */
export function strangers({ controlPlane }: Evidence): readonly string[] {
  const { allowList = [], organizationIds, livingIds } = controlPlane ?? {}
  const isIn = (ids: readonly string[] | undefined, entry: string) => ids === undefined || ids.some((id) => sameId(id, entry))
  return allowList.filter((entry) => !isIn(organizationIds, entry) || !isIn(livingIds, entry))
}
