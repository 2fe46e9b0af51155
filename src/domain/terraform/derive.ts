import type { StepFacts, StepId } from '../plan.ts'
import { connects, type Request } from '../request.ts'
import { linkName, networkInterfaceName } from '../resource-names.ts'
import { type Network, type Service, sameId, zoneOf } from '../target.ts'
import type { Assumable, Existence, ExportedService, TerraformInput } from './input.ts'

/**
 * The input of an export, from a request's plan and journal. Undefined when there is no plan, or when the request removes things: then there is nothing to
 * adopt. Requests of older versions have no names and places; the usual ones are assumed.
 */
export function terraformInput(request: Request, network: Network): TerraformInput | undefined {
  const { plan, action } = request
  if (plan === undefined || !connects(action)) return undefined
  const [first] = plan.services
  const interfaceName = networkInterfaceName(first.service, network)
  return {
    maker: {
      request: request.id,
      ...(plan.site?.installation !== undefined && { installation: plan.site.installation, askedAt: request.asked.at }),
    },
    requester: request.asked.by.name,
    network,
    organizationId: first.service.organizationId,
    alias: plan.alias,
    services: plan.services.map(({ service, host }) => ({ ...serviceOf(request, service), host })),
    endpoint: { ...endpointOf(request, network), ...existenceOf(request, 'private-endpoint') },
    ...(interfaceName !== undefined && { interfaceName }),
    ...(stepOf(request, 'dns-zone') !== undefined && { dns: dnsOf(request, network, zoneOf(first.host)) }),
  }
}

function stepOf({ plan }: Request, id: StepId) {
  return plan?.steps.find((step) => step.id === id)
}

/** By the journal; where that has no entry, by the plan. */
function existenceOf(request: Request, id: StepId): { existence: Existence; begun?: true } {
  const progress = request.steps[id]
  if (progress?.state === 'done') return { existence: progress.changed ? 'made' : 'found' }
  if (stepOf(request, id)?.change.kind === 'none') return { existence: 'found' }
  return { existence: 'planned', ...(progress?.changed === true && { begun: true }) }
}

/** The facts of the journal, else those of the plan. */
function seenAt(request: Request, id: StepId): StepFacts {
  return { ...stepOf(request, id)?.seen, ...request.steps[id]?.seen }
}

function endpointOf(request: Request, network: Network): Omit<TerraformInput['endpoint'], 'existence'> {
  const { endpoint } = seenAt(request, 'private-endpoint')
  const guid = request.outcome?.guid ?? endpoint?.guid
  const name = endpoint?.name ?? stepOf(request, 'private-endpoint')?.resource ?? ''
  const group = endpoint?.resourceGroup
  const isElsewhere = group !== undefined && !sameId(group, network.resourceGroup)
  return { name, ...(guid !== undefined && { guid }), ...(isElsewhere && { resourceGroup: group }) }
}

function serviceOf(request: Request, { id, name }: Service): Omit<ExportedService, 'host'> {
  const length = stepOf(request, 'allow-list')?.seen?.listLengths?.[id]
  const { existence, begun } = existenceOf(request, 'allow-list')
  const isChanged = stepOf(request, 'allow-list')?.change.kind !== 'none'
  return {
    id,
    name,
    hasEntries: existence !== 'planned' || length?.before !== 0,
    ...(begun && { begun }),
    ...(isChanged && length?.after === 1 && { otherIds: [] }),
  }
}

function dnsOf(request: Request, network: Network, name: string): NonNullable<TerraformInput['dns']> {
  const zone = existenceOf(request, 'dns-zone')
  const link = existenceOf(request, 'network-link')
  const place = seenAt(request, 'dns-zone').zone
  const linked = seenAt(request, 'network-link').link
  return {
    zone: { name, ...network.dns, ...place, ...zone, ...assumed(zone, place) },
    link: { name: linked?.name ?? linkName(network), ...link, ...assumed(link, linked) },
    records: recordsOf(request),
    ...copiesOf(request),
  }
}

/** Copies are made with the link. */
function copiesOf(request: Request): Pick<NonNullable<TerraformInput['dns']>, 'copies'> {
  const copies = stepOf(request, 'dns-record')?.seen?.copies ?? []
  if (copies.length === 0) return {}
  const link = existenceOf(request, 'network-link')
  return { copies: copies.map(({ exists, ...copy }) => ({ ...copy, ...(exists ? { existence: 'found' as const } : link) })) }
}

/** The records that the plan changes, else those that lead to the endpoint already. */
function recordsOf(request: Request): NonNullable<TerraformInput['dns']>['records'] {
  const stands = existenceOf(request, 'dns-record')
  const records = stepOf(request, 'dns-record')?.seen?.records
  if (records === undefined) return [{ name: '*', ...stands, ...assumed(stands, undefined) }]
  return records.map(({ name, exists }) => ({
    name,
    ...(stands.existence === 'planned' && exists ? { existence: 'found' as const } : stands),
  }))
}

function assumed({ existence }: Pick<Assumable, 'existence'>, known: unknown): Pick<Assumable, 'assumed'> {
  return existence === 'found' && known === undefined ? { assumed: true } : {}
}
