import type { StepFacts, StepId } from '../plan.ts'
import { connects, type Request } from '../request.ts'
import { linkName, networkInterfaceName } from '../resource-names.ts'
import { type Network, type Service, sameId, zoneOf } from '../target.ts'
import type { Assumable, ExportedService, Standing, TerraformInput } from './input.ts'

/**
 * What a request's plan and journal tell about the resources. Nothing when there is no plan, or when the request takes things away: then there is
 * nothing to adopt. Requests of older versions do not tell names and places; the usual ones are assumed.
 */
export function terraformInput(request: Request, network: Network): TerraformInput | undefined {
  const { plan, action } = request
  if (plan === undefined || !connects(action)) return undefined
  const [first] = plan.services
  const interfaceName = networkInterfaceName(first.service, network)
  return {
    requestId: request.id,
    requester: request.asked.by.name,
    network,
    organizationId: first.service.organizationId,
    alias: plan.alias,
    services: plan.services.map(({ service, host }) => ({ ...serviceOf(request, service), host })),
    endpoint: { ...endpointOf(request, network), ...standingOf(request, 'private-endpoint') },
    ...(interfaceName !== undefined && { interfaceName }),
    ...(stepOf(request, 'dns-zone') !== undefined && { dns: dnsOf(request, network, zoneOf(first.host)) }),
  }
}

function stepOf({ plan }: Request, id: StepId) {
  return plan?.steps.find((step) => step.id === id)
}

/** The journal knows what is there now; before it, the plan knows what was. */
function standingOf(request: Request, id: StepId): { standing: Standing; begun?: true } {
  const progress = request.steps[id]
  if (progress?.state === 'done') return { standing: progress.changed ? 'made' : 'found' }
  if (stepOf(request, id)?.change.kind === 'none') return { standing: 'found' }
  return { standing: 'planned', ...(progress?.changed === true && { begun: true }) }
}

/** As it was seen at the end, else as it was planned. */
function seenAt(request: Request, id: StepId): StepFacts {
  return { ...stepOf(request, id)?.seen, ...request.steps[id]?.seen }
}

function endpointOf(request: Request, network: Network): Omit<TerraformInput['endpoint'], 'standing'> {
  const { endpoint } = seenAt(request, 'private-endpoint')
  const guid = request.outcome?.guid ?? endpoint?.guid
  const name = endpoint?.name ?? stepOf(request, 'private-endpoint')?.resource ?? ''
  const group = endpoint?.resourceGroup
  const isElsewhere = group !== undefined && !sameId(group, network.resourceGroup)
  return { name, ...(guid !== undefined && { guid }), ...(isElsewhere && { resourceGroup: group }) }
}

function serviceOf(request: Request, { id, name }: Service): Omit<ExportedService, 'host'> {
  const length = stepOf(request, 'allow-list')?.seen?.listLengths?.[id]
  const { standing, begun } = standingOf(request, 'allow-list')
  const isChanged = stepOf(request, 'allow-list')?.change.kind !== 'none'
  return {
    id,
    name,
    hasEntries: standing !== 'planned' || length?.before !== 0,
    ...(begun && { begun }),
    ...(isChanged && length?.after === 1 && { otherIds: [] }),
  }
}

function dnsOf(request: Request, network: Network, name: string): NonNullable<TerraformInput['dns']> {
  const zone = standingOf(request, 'dns-zone')
  const link = standingOf(request, 'network-link')
  const place = seenAt(request, 'dns-zone').zone
  const linked = seenAt(request, 'network-link').link
  return {
    zone: { name, ...network.dns, ...place, ...zone, ...assumed(zone, place) },
    link: { name: linked?.name ?? linkName(network), ...link, ...assumed(link, linked) },
    records: recordsOf(request),
  }
}

/** Those that the plan changes, or found to serve. */
function recordsOf(request: Request): NonNullable<TerraformInput['dns']>['records'] {
  const stands = standingOf(request, 'dns-record')
  const records = stepOf(request, 'dns-record')?.seen?.records
  if (records === undefined) return [{ name: '*', ...stands, ...assumed(stands, undefined) }]
  return records.map(({ name, exists }) => ({
    name,
    ...(stands.standing === 'planned' && exists ? { standing: 'found' as const } : stands),
  }))
}

function assumed({ standing }: Pick<Assumable, 'standing'>, known: unknown): Pick<Assumable, 'assumed'> {
  return standing === 'found' && known === undefined ? { assumed: true } : {}
}
