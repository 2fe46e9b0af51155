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
    endpoint: { ...endpoint, ...standingOf(request, 'private-endpoint') },
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
function standingOf(request: Request, id: StepId): { standing: Standing; begun?: true } {
  const progress = request.steps[id]
  if (progress?.state === 'done') return { standing: progress.changed ? 'made' : 'found' }
  if (stepOf(request, id)?.change.kind === 'none') return { standing: 'found' }
  return { standing: 'planned', ...(progress?.changed === true && { begun: true }) }
}

/** Of a step that failed, the note says why. */
function noteOf(request: Request, id: StepId): string {
  const progress = request.steps[id]
  return (progress?.state === 'done' ? progress.note : undefined) ?? stepOf(request, id)?.note ?? ''
}

/** The step's note reads `NAME · in GROUP · GUID … · ADDRESS`, name and resource group only where they are not those that this bot would have given. */
function endpointOf(request: Request, seen: Seen): Omit<TerraformInput['endpoint'], 'standing'> {
  const parts = noteOf(request, 'private-endpoint').split(' · ')
  const [head = ''] = parts
  const given = parts.length > 1 && !/^GUID |^not made by /.test(head) ? head : undefined
  const noted = parts.find((part) => /^GUID (?!unknown)/.test(part))?.slice('GUID '.length)
  const guid = seen.guid ?? request.outcome?.guid ?? noted
  const planned = fieldsOf(request, 'private-endpoint').find((field) => field.name === 'name')?.after
  const name = seen.endpoint ?? given ?? planned ?? stepOf(request, 'private-endpoint')?.resource ?? ''
  const group = parts.find((part) => part.startsWith('in '))?.slice('in '.length)
  return { name, ...(guid !== undefined && { guid }), ...(group !== undefined && { resourceGroup: group }) }
}

function serviceOf(request: Request, { id, name }: Service): Omit<ExportedService, 'host'> {
  const counts = fieldsOf(request, 'allow-list').filter((field) => field.name === `${name} entries`)
  // Two services of one name: their counts cannot be told apart.
  const [count] = counts.length === 1 ? counts : []
  const { standing, begun } = standingOf(request, 'allow-list')
  const hasEntries = standing !== 'planned' || count?.before !== '0'
  return { id, name, hasEntries, ...(begun && { begun }), ...(count?.after === '1' && { otherIds: [] }) }
}

function dnsOf(request: Request, network: Network, zone: string, seen: Seen): NonNullable<TerraformInput['dns']> {
  const zoneStands = standingOf(request, 'dns-zone')
  const linkStands = standingOf(request, 'network-link')
  const noted = /^in (.+)$/.exec(noteOf(request, 'dns-zone'))?.[1]
  const place = seen.zone ?? { ...network.dns, ...(noted !== undefined && { resourceGroup: noted }) }
  return {
    zone: { name: zone, ...place, ...zoneStands, ...assumed(zoneStands, seen.zone) },
    link: { name: seen.link ?? linkName(network), ...linkStands, ...assumed(linkStands, seen.link) },
    records: recordsOf(request, seen),
  }
}

/** A step that changes records names them in its fields: `address of *`. One that changes none does not say which it found. */
function recordsOf(request: Request, seen: Seen): NonNullable<TerraformInput['dns']>['records'] {
  const prefix = 'address of '
  const changed = fieldsOf(request, 'dns-record').filter(({ name }) => name.startsWith(prefix))
  const stands = standingOf(request, 'dns-record')
  if (seen.records !== undefined) return seen.records.map((name) => ({ name, ...stands }))
  if (changed.length === 0) return [{ name: '*', ...stands, ...assumed(stands, undefined) }]
  return changed.map(({ name, before }) => ({
    name: name.slice(prefix.length),
    ...(stands.standing === 'planned' && before !== undefined ? { standing: 'found' } : stands),
  }))
}

function assumed({ standing }: Pick<Assumable, 'standing'>, known: unknown): Pick<Assumable, 'assumed'> {
  return standing === 'found' && known === undefined ? { assumed: true } : {}
}
