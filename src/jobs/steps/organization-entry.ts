import { knownAfterApply } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import type { Step } from '../step.ts'

/** The organization's entry for the endpoint: made by GUID, recognised by either form of the id. */
export const organizationEntry: Step = {
  id: 'organization-entry',
  title: 'organization entry',
  resource: ({ service }) => service.organizationName,
  needs: ['private-endpoint'],

  async plan({ target, clouds, facts, signal }) {
    const { service, network } = target
    const { privateEndpoints } = await clouds.clickhouse.organization(service.organizationId, signal)
    const organizationIds = privateEndpoints.map(({ id }) => id)
    const { endpoint } = facts
    if (endpoint !== undefined && organizationIds.some((id) => sameId(id, endpoint.guid) || sameId(id, endpoint.id))) {
      return { change: { kind: 'none' }, facts: { organizationIds } }
    }
    const fields = [
      { name: 'GUID', after: endpoint?.guid ?? knownAfterApply },
      { name: 'region', after: service.region },
      { name: 'description', after: descriptionOf(network.name) },
    ]
    return { change: { kind: 'create', fields }, facts: { organizationIds } }
  },

  async apply({ target, clouds, facts, fence, signal }) {
    const { service, network } = target
    const guid = facts.endpoint?.guid
    if (guid === undefined) return
    await fence()
    const entry = { id: guid, description: descriptionOf(network.name), region: service.region }
    await clouds.clickhouse.addOrganizationEntry(service.organizationId, entry, signal)
  },
}

function descriptionOf(network: string): string {
  return `${network} (privatelink-bot)`
}
