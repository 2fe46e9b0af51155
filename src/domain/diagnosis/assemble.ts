import { recordFor } from '../target.ts'
import type { ControlPlane } from './evidence.ts'

/** Pure. Turns what a diagnosis or a request has read from Azure into evidence. */

interface ReadEndpoint {
  readonly id: string
  readonly guid?: string | undefined
  readonly connection: string
  /** The alias. */
  readonly connectsTo: string
  readonly address?: string | undefined
}

export function endpointEvidence(endpoint: ReadEndpoint | undefined): Pick<ControlPlane, 'endpoint'> {
  if (endpoint === undefined) return {}
  const { id, guid = '', connection, connectsTo, address } = endpoint
  return { endpoint: { id, guid, connection, alias: connectsTo, ...(address !== undefined && { address }) } }
}

interface ReadZone {
  readonly id: string
  readonly link?: { readonly completed: boolean }
}

/** `records` are all A records of the zone. */
export function zoneEvidence(
  host: string,
  zone: ReadZone | undefined,
  records: readonly { readonly name: string; readonly addresses: readonly string[] }[],
): Pick<ControlPlane, 'zone' | 'record' | 'wildcard'> {
  if (zone === undefined) return {}
  const record = recordFor(host, records)
  const wildcard = records.find(({ name }) => name === '*')
  return {
    zone: { id: zone.id, linked: zone.link?.completed === true },
    ...(record !== undefined && { record: { name: record.name, addresses: record.addresses } }),
    ...(record !== undefined && wildcard !== undefined && record !== wildcard && { wildcard: wildcard.addresses }),
  }
}
