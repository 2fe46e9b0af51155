import { names } from './control-facts.ts'
import type { Evidence } from './evidence.ts'
import { listed, shown } from './rules/words.ts'

/** What of the evidence may change between two looks and explain why one of them failed. Values are what a person would compare. */
export type Snapshot = Readonly<Partial<Record<SnapshotField, readonly string[]>>>

const fields = {
  service: 'the service',
  connection: "the endpoint's connection",
  endpoint: "the endpoint's GUID",
  address: "the endpoint's address",
  zone: 'the zone',
  record: 'the record',
  organization: "the organization's entries",
  'allow list': 'the allow list',
  resolver: 'what the resolver answers',
  issuer: "the certificate's issuer",
} as const
type SnapshotField = keyof typeof fields

/** The last time that it worked, and how things were then. */
export interface LastHealthy {
  readonly at: string
  readonly snapshot: Snapshot
}

/**
 * Pure. What was not seen is absent, and later not compared; so is a list that was read earlier and lacks the endpoint although the service admits it:
 * it is older than that.
 */
export function snapshotOf({ controlPlane, networkPlane }: Evidence): Snapshot {
  const { endpoint, zone, record, asOf, allowList = [], serviceState, unread = {} } = controlPlane ?? {}
  const admitted = networkPlane?.['tls:8443']?.verified === true
  const isOld = asOf !== undefined && admitted && endpoint !== undefined && !names(allowList, endpoint)
  const issuer = networkPlane?.['tls:8443']?.certificate?.issuer
  return {
    ...(serviceState !== undefined && { service: [serviceState] }),
    ...(controlPlane !== undefined &&
      unread.endpoint === undefined && {
        connection: [endpoint?.connection ?? 'none'],
        endpoint: [endpoint?.guid ?? 'none'],
        ...(endpoint?.address !== undefined && { address: [endpoint.address] }),
      }),
    ...(controlPlane !== undefined &&
      unread.zone === undefined && {
        zone: [zone === undefined ? 'absent' : zone.linked ? 'linked' : 'not linked'],
        record: record === undefined ? [] : record.addresses.map((address) => `${record.name} → ${address}`),
      }),
    ...(controlPlane?.organizationIds !== undefined && { organization: controlPlane.organizationIds }),
    ...(controlPlane?.allowList !== undefined && !isOld && { 'allow list': allowList }),
    ...(networkPlane?.resolver !== undefined && { resolver: networkPlane.resolver.addresses }),
    ...(issuer !== undefined && { issuer: [issuer] }),
  }
}

/** Pure. One line for each thing that is no longer as it was, safe to print. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly string[] {
  return (Object.keys(fields) as SnapshotField[]).flatMap((field) => {
    const [was, is] = [before[field], after[field]]
    if (was === undefined || is === undefined) return []
    const gone = was.filter((value) => !holds(is, value))
    const come = is.filter((value) => !holds(was, value))
    if (gone.length === 0 && come.length === 0) return []
    const single = was.length <= 1 && is.length <= 1
    if (single) return [`${fields[field]}: was ${words(was)}, is ${words(is)}`]
    return [`${fields[field]}: ${[lost(gone), gained(come)].filter((part) => part !== '').join(', ')}`]
  })
}

function holds(values: readonly string[], value: string): boolean {
  return values.some((each) => each.toLowerCase() === value.toLowerCase())
}

function words(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.map(shown).join(', ')
}

function lost(values: readonly string[]): string {
  return values.length === 0 ? '' : `lost ${listed(values)}`
}

function gained(values: readonly string[]): string {
  return values.length === 0 ? '' : `got ${listed(values)}`
}
