import { sameId } from '../target.ts'
import { names } from './control-facts.ts'
import type { Evidence } from './evidence.ts'
import { counted, listed, shown } from './rules/words.ts'

/** The parts of the evidence that are compared with an earlier diagnosis, as texts that people can compare. */
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

/** When the last healthy diagnosis was, and its snapshot. */
export interface LastHealthy {
  readonly at: string
  readonly snapshot: Snapshot
}

/**
 * Pure. What was not observed is absent, and later not compared. An allow list that was read earlier is left out when it lacks an endpoint that the service
 * admits: it is out of date.
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

/** A difference between two snapshots; safe to print. */
export interface ObservedChange {
  readonly what: string
  /** For the person who asks. */
  readonly said: string
  /** For a card that everybody reads: the number of ids without the ids, and no name of a certificate's issuer. */
  readonly inPublic: string
}

/** Whether the change is one in ClickHouse Cloud, whose activities may say who made it. */
export function isInClickHouse({ what }: ObservedChange): boolean {
  return [fields.service, fields.organization, fields['allow list']].some((field) => field === what)
}

/** Fields whose values are left out of cards that everybody reads. */
const evidenceAlone: readonly SnapshotField[] = ['endpoint', 'organization', 'allow list', 'issuer']

/** Pure. One change for each field that differs. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly ObservedChange[] {
  return (Object.keys(fields) as SnapshotField[]).flatMap((field) => {
    const [was, is] = [before[field], after[field]]
    if (was === undefined || is === undefined) return []
    const removed = was.filter((value) => !holds(is, value))
    const added = is.filter((value) => !holds(was, value))
    if (removed.length === 0 && added.length === 0) return []
    const single = was.length <= 1 && is.length <= 1
    const said = single ? `was ${words(was)}, is ${words(is)}` : moved(removed, added, listed)
    const inPublic = evidenceAlone.includes(field) ? withoutIds(field, removed, added) : said
    return [{ what: fields[field], said, inPublic }]
  })
}

function withoutIds(field: SnapshotField, removed: readonly string[], added: readonly string[]): string {
  if (field === 'endpoint' || field === 'issuer') return 'is another'
  return moved(removed, added, ({ length }) => counted(length, 'entry', 'entries'))
}

function holds(values: readonly string[], value: string): boolean {
  return values.some((each) => sameId(each, value))
}

function words(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.map(shown).join(', ')
}

function moved(removed: readonly string[], added: readonly string[], say: (values: readonly string[]) => string): string {
  const parts = [...(removed.length === 0 ? [] : [`lost ${say(removed)}`]), ...(added.length === 0 ? [] : [`got ${say(added)}`])]
  return parts.join(', ')
}
