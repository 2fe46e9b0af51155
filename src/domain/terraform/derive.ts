import type { FieldChange, StepId } from '../plan.ts'
import type { Request } from '../request.ts'
import { linkName, networkInterfaceName } from '../resource-names.ts'
import { type Network, type Service, zoneOf } from '../target.ts'
import type { Assumable, ExportedService, Standing, TerraformInput } from './input.ts'

/** What the caller has seen itself, and so knows better than the request tells. */
export interface Seen {
  readonly endpoint?: string
  readonly guid?: string
  readonly zone?: { readonly subscription: string; readonly resourceGroup: string }
  readonly link?: string
  /** Relative names. */
  readonly records?: readonly string[]
}

/**
 * What a request's plan and journal tell about the resources. Nothing when there is no plan, or when the request takes things away: then there is
 * nothing to adopt.
 */
export function terraformInput(request: Request, network: Network, seen: Seen = {}): TerraformInput | undefined {
  const { plan } = request
  if (plan === undefined || request.action === 'revoke' || request.action === 'teardown') return undefined
  const [first] = plan.services
  const endpoint = endpointOf(request, seen)
  const interfaceName = networkInterfaceName(first.service, network)
  return {
    requestId: request.id,
    requester: request.asked.by.name,
    network,
    organizationId: first.service.organizationId,
    alias: plan.alias,
    services: plan.services.map(({ service, host }) => ({ ...serviceOf(request, service), host })),
    endpoint: { ...endpoint, standing: standingOf(request, 'private-endpoint') },
    ...(interfaceName !== undefined && { interfaceName }),
    ...(stepOf(request, 'dns-zone') !== undefined && { dns: dnsOf(request, network, zoneOf(first.host), seen) }),
  }
}

function stepOf({ plan }: Request, id: StepId) {
  return plan?.steps.find((step) => step.id === id)
}

function fieldsOf(request: Request, id: StepId): readonly FieldChange[] {
  const change = stepOf(request, id)?.change
  return change === undefined || change.kind === 'none' || change.kind === 'blocked' ? [] : change.fields
}

/** The journal knows what is there now; before it, the plan knows what was. */
function standingOf(request: Request, id: StepId): Standing {
  const progress = request.steps[id]
  if (progress?.state === 'done') return progress.changed ? 'made' : 'found'
  return stepOf(request, id)?.change.kind === 'none' ? 'found' : 'planned'
}

function noteOf(request: Request, id: StepId): string {
  return request.steps[id]?.note ?? stepOf(request, id)?.note ?? ''
}

/** The step's note reads `NAME · GUID … · ADDRESS`, the name only where it is not the one that this bot would have given. */
function endpointOf(request: Request, seen: Seen): { name: string; guid?: string } {
  const parts = noteOf(request, 'private-endpoint').split(' · ')
  const [head = ''] = parts
  const given = parts.length > 1 && !/^GUID |^not made by /.test(head) ? head : undefined
  const noted = parts.find((part) => /^GUID (?!unknown)/.test(part))?.slice('GUID '.length)
  const guid = seen.guid ?? request.outcome?.guid ?? noted
  const name = seen.endpoint ?? given ?? stepOf(request, 'private-endpoint')?.resource ?? ''
  return { name, ...(guid !== undefined && { guid }) }
}

function serviceOf(request: Request, { id, name }: Service): Omit<ExportedService, 'host'> {
  const counts = fieldsOf(request, 'allow-list').filter((field) => field.name === `${name} entries`)
  // Two services of one name: their counts cannot be told apart.
  const [count] = counts.length === 1 ? counts : []
  const done = request.steps['allow-list']?.state === 'done'
  return { id, name, hasEntries: done || count?.before !== '0', ...(count?.after === '1' && { otherIds: [] }) }
}

function dnsOf(request: Request, network: Network, zone: string, seen: Seen): NonNullable<TerraformInput['dns']> {
  const zoneStands = standingOf(request, 'dns-zone')
  const linkStands = standingOf(request, 'network-link')
  const noted = /^in (.+)$/.exec(noteOf(request, 'dns-zone'))?.[1]
  const place = seen.zone ?? { ...network.dns, ...(noted !== undefined && { resourceGroup: noted }) }
  return {
    zone: { name: zone, ...place, standing: zoneStands, ...assumed(zoneStands, seen.zone) },
    link: { name: seen.link ?? linkName(network), standing: linkStands, ...assumed(linkStands, seen.link) },
    records: recordsOf(request, seen),
  }
}

/** A step that changes records names them in its fields: `address of *`. One that changes none does not say which it found. */
function recordsOf(request: Request, seen: Seen): NonNullable<TerraformInput['dns']>['records'] {
  const prefix = 'address of '
  const changed = fieldsOf(request, 'dns-record').filter(({ name }) => name.startsWith(prefix))
  const standing = standingOf(request, 'dns-record')
  if (seen.records !== undefined) return seen.records.map((name) => ({ name, standing }))
  if (changed.length === 0) return [{ name: '*', standing, ...assumed(standing, undefined) }]
  return changed.map(({ name, before }) => ({
    name: name.slice(prefix.length),
    standing: standing === 'planned' && before !== undefined ? 'found' : standing,
  }))
}

function assumed(standing: Standing, known: unknown): Pick<Assumable, 'assumed'> {
  return standing === 'found' && known === undefined ? { assumed: true } : {}
}
