import { createHash } from 'node:crypto'
import type { Site } from './site.ts'
import type { Target } from './target.ts'

/** Stable: a step's id is a ledger key. */
export type StepId =
  | 'private-endpoint'
  | 'dns-zone'
  | 'dns-record'
  | 'network-link'
  | 'organization-entry'
  | 'allow-list'
  | 'connection'
  | 'verification'
  | 'allow-list-removal'
  | 'organization-entry-removal'
  | 'dns-record-removal'
  | 'network-link-removal'
  | 'dns-zone-removal'
  | 'private-endpoint-removal'

/** Stands for a value that is known only after the change, e.g. the endpoint's GUID. */
export const knownAfterApply = '(known after apply)'

export interface FieldChange {
  readonly name: string
  /** Absent when the resource or the field does not exist yet. */
  readonly before?: string
  /** Absent when the field is removed. */
  readonly after?: string
  /** Follows from other fields, e.g. the length of a list: it may be another once the step has begun. */
  readonly follows?: true
}

/** Somebody is making it already: it is waited for, and made anew where it does not come to be. */
export const beingMade: FieldChange = { name: 'state', before: 'in progress', after: 'completed' }

export type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'create' | 'update' | 'delete'; readonly fields: readonly FieldChange[] }
  | { readonly kind: 'blocked'; readonly reason: string }

/**
 * What a step has observed, or is about to make, as data; the `note` beside it is for people only. Not part of what is approved. Absent in requests of older
 * versions.
 */
export interface StepFacts {
  readonly endpoint?: {
    readonly name: string
    readonly resourceGroup?: string
    readonly guid?: string
    readonly address?: string
  }
  readonly zone?: { readonly subscription: string; readonly resourceGroup: string }
  readonly link?: { readonly name: string }
  /** The records that the step changes, else those that lead to the endpoint, by relative name. */
  readonly records?: readonly { readonly name: string; readonly exists: boolean }[]
  /** Copies of a wider zone's records, by relative name; `exists`: without the request. */
  readonly copies?: readonly RecordCopy[]
  /** GUIDs of endpoints that are replaced. */
  readonly replacedGuids?: readonly string[]
  /** By service id, how many entries an allow list has and is to have. */
  readonly listLengths?: Readonly<Record<string, { readonly before: number; readonly after: number }>>
}

export interface RecordCopy {
  readonly name: string
  readonly addresses: readonly string[]
  /** In seconds. */
  readonly ttl: number
  /** The name of the wider zone. */
  readonly from: string
  readonly exists: boolean
}

export interface PlannedStep {
  readonly id: StepId
  /** What kind of thing, e.g. `private endpoint`. */
  readonly title: string
  /** Which one, e.g. `pe-analytics-prod`. */
  readonly resource: string
  readonly change: Change
  /** What was observed, in a few words for people, e.g. why something is kept. Not part of what is approved. */
  readonly note?: string
  readonly seen?: StepFacts
  /** A removal that leaves things as they are; `note` says why. */
  readonly kept?: true
}

/** The ordered changes that a request would make. */
export interface Plan {
  readonly services: Target['services']
  readonly network: string
  readonly alias: string
  readonly steps: readonly PlannedStep[]
  /** Absent in requests of older versions. */
  readonly site?: Site
  /** Whether service and network are in different regions: Azure bills traffic between regions. */
  readonly crossRegion: boolean
  /** What the approvers should know besides, e.g. which other services lose access. Part of what they approve. */
  readonly warnings?: readonly string[]
}

/** SHA-256 of what a plan would change, as 64 hex digits. An approval is for a digest. */
export function digestOf(plan: Plan): string {
  const essence = {
    services: plan.services.map(({ service, host }) => [service.id, host]),
    network: plan.network,
    alias: plan.alias,
    ...(plan.site !== undefined && { site: plan.site }),
    steps: plan.steps.map(({ id, resource, change }) => ({ id, resource, change })),
    warnings: plan.warnings ?? [],
  }
  return createHash('sha256').update(canonical(essence)).digest('hex')
}

export function changesOf(plan: Plan): readonly PlannedStep[] {
  return plan.steps.filter(({ change }) => change.kind !== 'none')
}

export function isBlocked(plan: Plan): boolean {
  return plan.steps.some(({ change }) => change.kind === 'blocked')
}

/**
 * Whether carrying out `now` is still what was approved. Equal plans are. So is a plan of which this request has itself done a part (a crash or a retry): what is left
 * of the steps that it has begun. Values that were "(known after apply)" may have come to light.
 */
export function stillApproved(approved: Plan, now: Plan, begun: ReadonlySet<StepId>): boolean {
  const sameSubject =
    approved.services.length === now.services.length &&
    approved.services.every(
      ({ service, host }, at) => service.id === now.services[at]?.service.id && host === now.services[at]?.host,
    ) &&
    approved.network === now.network &&
    approved.alias === now.alias &&
    sameSite(approved.site, now.site) &&
    now.steps.every(({ id, change }) => change.kind === 'none' || approved.steps.some((step) => step.id === id))
  return (
    sameSubject &&
    approved.steps.every((before) => {
      const after = now.steps.find(({ id }) => id === before.id) ?? { ...before, change: { kind: 'none' } as const }
      return after.resource === before.resource && stepStillApproved(before.change, after.change, begun.has(before.id))
    })
  )
}

/** `stillApproved` for one step. `begun`: this request has already changed something in it. */
export function stepStillApproved(approved: Change, now: Change, begun: boolean): boolean {
  if (now.kind === 'blocked') return false
  return sameChange(approved, now) || (begun && isLeftOf(approved, now))
}

/** Whether the change is a part of the approved one: nothing, or some of its fields. What was to be made may be there already, and incomplete. */
function isLeftOf(approved: Change, now: Change): boolean {
  if (approved.kind === 'none' || approved.kind === 'blocked' || now.kind === 'blocked') return false
  if (now.kind === 'none') return true
  if (now.kind === 'create' && canonical(approved) === canonical({ kind: 'update', fields: [beingMade] })) return true
  const isMadeInPart = approved.kind === 'create' && now.kind === 'update'
  if (now.kind !== approved.kind && !isMadeInPart) return false
  return now.fields.every(({ name, before, after, follows }) => {
    if (follows === true) return true
    const field = approved.fields.find((each) => each.name === name)
    return field !== undefined && (isMadeInPart || field.before === before) && sameAfter(field, after)
  })
}

function sameAfter(approved: FieldChange, after: string | undefined): boolean {
  return after === approved.after || (approved.after === knownAfterApply && after !== undefined)
}

/** A step that is done no longer tells where its endpoint or zone was; a plan of an older version does not name the installation. */
function sameSite(approved: Site | undefined, now: Site | undefined): boolean {
  if (approved === undefined || now === undefined) return true
  const { endpoint, zone, installation, ...where } = approved
  const { endpoint: endpointNow = endpoint, zone: zoneNow = zone, installation: installationNow, ...whereNow } = now
  const isThere = (before: string | undefined, after: string | undefined) => before === undefined || before === after
  const sameInstallation = isThere(installation, installationNow)
  return canonical(where) === canonical(whereNow) && sameInstallation && isThere(endpoint, endpointNow) && isThere(zone, zoneNow)
}

function sameChange(approved: Change, now: Change): boolean {
  if (approved.kind === 'none' || now.kind === 'none' || approved.kind === 'blocked' || now.kind === 'blocked') {
    return canonical(approved) === canonical(now)
  }
  return (
    approved.kind === now.kind &&
    approved.fields.length === now.fields.length &&
    approved.fields.every((field, index) => {
      const other = now.fields[index]
      return other !== undefined && other.name === field.name && other.before === field.before && sameAfter(field, other.after)
    })
  )
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
