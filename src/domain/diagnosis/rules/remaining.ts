import { endpointAddress, isUnread } from '../control-facts.ts'
import type { Evidence } from '../evidence.ts'
import { nameIsRefused } from '../port-facts.ts'
import { listed } from './words.ts'

/** A cause that only the other plane could exclude, and what would show it there. */
interface Cause {
  readonly cause: string
  readonly told: string
}

/** Causes while the address could not be compared with the endpoint's. */
export function recordCauses(evidence: Evidence): readonly Cause[] {
  if (endpointAddress(evidence) !== undefined || !isUnread(evidence, 'endpoint')) return []
  // The one-shot command takes the address as an option; chat reads it from Azure.
  const how = evidence.service === undefined ? ', given as --expect-ip' : ''
  return [{ cause: 'the record leads to an old or a foreign address', told: `the endpoint's address in Azure${how}` }]
}

function serviceCause(evidence: Evidence, cause: string): readonly Cause[] {
  return isUnread(evidence, 'service') ? [{ cause, told: "the service's state in ClickHouse Cloud" }] : []
}

/** Whether both the lists and the endpoint were read now, so that they can be compared. A list of before proves nothing about a refusal of now. */
export function listsAreKnown(evidence: Evidence): boolean {
  return !isUnread(evidence, 'service') && !isUnread(evidence, 'endpoint') && evidence.controlPlane?.asOf === undefined
}

const state = "the connection's state and alias in Azure"

/** Causes of a connection that opens and is then refused, among what could not be read. */
export function refusalCauses(evidence: Evidence): readonly Cause[] {
  const endpoint = isUnread(evidence, 'endpoint')
  return [
    ...recordCauses(evidence),
    ...(listsAreKnown(evidence)
      ? []
      : [
          {
            cause: "the endpoint is not on the service's allow list or not known to the organization",
            told: 'the lists in ClickHouse Cloud',
          },
        ]),
    // An endpoint that answers for another name has an approved connection.
    ...(endpoint && !nameIsRefused(evidence) ? [{ cause: 'its connection is not Approved', told: state }] : []),
    ...(endpoint ? [{ cause: 'it belongs to another service', told: state }] : []),
    ...serviceCause(evidence, 'the service is stopped'),
  ]
}

/** Further causes of an unanswered SYN: a connection that is not approved drops it as a filter does. */
export function unansweredCauses(evidence: Evidence): readonly Cause[] {
  return [
    ...recordCauses(evidence),
    ...(isUnread(evidence, 'endpoint')
      ? [{ cause: "the endpoint's connection is Pending, Rejected or Disconnected", told: state }]
      : []),
    ...serviceCause(evidence, 'the service is stopped'),
  ]
}

/** Further causes of an unanswered hello. */
export function silenceCauses(evidence: Evidence): readonly Cause[] {
  return [...recordCauses(evidence), ...serviceCause(evidence, 'the service is asleep or stopped')]
}

/** One sentence with the remaining causes, one with what would show which; empty without causes. `more` are causes that neither plane could exclude. */
export function remaining(evidence: Evidence, causes: readonly Cause[], ...more: readonly string[]): string {
  if (causes.length === 0) return ''
  const without = evidence.controlPlane === undefined ? 'Without the control plane' : 'Without what could not be read'
  const all = [...causes.map(({ cause }) => cause), ...more]
  const said = all.length === 1 ? all.join() : `${all.slice(0, -1).join(', ')}, or ${all.at(-1)}`
  return ` ${without} these causes remain: ${said}. What would tell: ${listed([...new Set(causes.map(({ told }) => told))])}.`
}
