import { names } from './control-facts.ts'
import type { Evidence } from './evidence.ts'
import { counted, listed, shown } from './rules/words.ts'

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

/** What is no longer as it was; safe to print. */
export interface ObservedChange {
  readonly what: string
  /** For the one who asks. */
  readonly said: string
  /** For everybody: how many ids, and not which; that a certificate's issuer is another, and not whose. */
  readonly inPublic: string
}

/** Whether ClickHouse Cloud may remember who did it. */
export function isInClickHouse({ what }: ObservedChange): boolean {
  return [fields.service, fields.organization, fields['allow list']].some((field) => field === what)
}

/** Fields whose values are evidence, and need not stand on a card that everybody reads. */
const evidenceAlone: readonly SnapshotField[] = ['endpoint', 'organization', 'allow list', 'issuer']

/** Pure. One for each thing that is no longer as it was. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly ObservedChange[] {
  return (Object.keys(fields) as SnapshotField[]).flatMap((field) => {
    const [was, is] = [before[field], after[field]]
    if (was === undefined || is === undefined) return []
    const gone = was.filter((value) => !holds(is, value))
    const come = is.filter((value) => !holds(was, value))
    if (gone.length === 0 && come.length === 0) return []
    const single = was.length <= 1 && is.length <= 1
    const said = single ? `was ${words(was)}, is ${words(is)}` : moved(gone, come, listed)
    const inPublic = evidenceAlone.includes(field) ? withoutIds(field, gone, come) : said
    return [{ what: fields[field], said, inPublic }]
  })
}

function withoutIds(field: SnapshotField, gone: readonly string[], come: readonly string[]): string {
  if (field === 'endpoint' || field === 'issuer') return 'is another'
  return moved(gone, come, ({ length }) => counted(length, 'entry', 'entries'))
}

function holds(values: readonly string[], value: string): boolean {
  return values.some((each) => each.toLowerCase() === value.toLowerCase())
}

function words(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.map(shown).join(', ')
}

function moved(gone: readonly string[], come: readonly string[], say: (values: readonly string[]) => string): string {
  const parts = [...(gone.length === 0 ? [] : [`lost ${say(gone)}`]), ...(come.length === 0 ? [] : [`got ${say(come)}`])]
  return parts.join(', ')
}
