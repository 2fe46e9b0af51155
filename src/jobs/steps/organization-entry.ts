import { knownAfterApply } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import type { OrganizationIds, Step, StepContext } from '../step.ts'

/**
 * What this very request has read or written is not read again for so long. ClickHouse Cloud allows ten calls in ten seconds per key, and nobody else
 * adds the id of an endpoint that this request has just made; if somebody does, adding is refused and the step looks again.
 */
const freshMs = 30_000

/** The organization's entry for the endpoint: made by GUID, recognised by either form of the id. */
export const organizationEntry: Step = {
  id: 'organization-entry',
  title: 'organization entry',
  resource: ({ service }) => service.organizationName,
  needs: ['private-endpoint'],

  async plan(context) {
    const { service, network } = context.target
    const { endpoint } = context.facts
    const organization = await idsOf(context)
    if (endpoint !== undefined && organization.ids.some((id) => sameId(id, endpoint.guid) || sameId(id, endpoint.id))) {
      return { change: { kind: 'none' }, facts: { organization } }
    }
    const fields = [
      { name: 'GUID', after: endpoint?.guid ?? knownAfterApply },
      { name: 'region', after: service.region },
      { name: 'description', after: descriptionOf(network.name) },
    ]
    return { change: { kind: 'create', fields }, facts: { organization } }
  },

  async apply({ target, clouds, facts, fence, signal }) {
    const { service, network } = target
    const guid = facts.endpoint?.guid
    if (guid === undefined) return
    await fence()
    delete facts.organization
    const entry = { id: guid, description: descriptionOf(network.name), region: service.region }
    const { privateEndpoints } = await clouds.clickhouse.addOrganizationEntry(service.organizationId, entry, signal)
    facts.organization = { ids: privateEndpoints.map(({ id }) => id), readAt: performance.now() }
  },
}

async function idsOf({ target, clouds, facts, signal }: StepContext): Promise<OrganizationIds> {
  if (facts.organization !== undefined && performance.now() - facts.organization.readAt < freshMs) return facts.organization
  const { privateEndpoints } = await clouds.clickhouse.organization(target.service.organizationId, signal)
  return { ids: privateEndpoints.map(({ id }) => id), readAt: performance.now() }
}

function descriptionOf(network: string): string {
  return `${network} (privatelink-bot)`
}
