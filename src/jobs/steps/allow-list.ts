import { knownAfterApply } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import type { Step } from '../step.ts'

/** The service's allow list: the endpoint's GUID is added, either form of the id is recognised. */
export const allowList: Step = {
  id: 'allow-list',
  title: 'allow list',
  resource: ({ service }) => service.name,
  needs: ['private-endpoint', 'organization-entry'],

  async plan({ target, clouds, facts, signal }) {
    const { organizationId, id } = target.service
    const { privateEndpointIds, state } = await clouds.clickhouse.service(organizationId, id, signal)
    const seen = { allowList: privateEndpointIds, serviceState: state }
    const { endpoint } = facts
    if (
      endpoint !== undefined &&
      privateEndpointIds.some((entry) => sameId(entry, endpoint.guid) || sameId(entry, endpoint.id))
    ) {
      return { change: { kind: 'none' }, facts: seen }
    }
    const fields = [
      { name: 'GUID', after: endpoint?.guid ?? knownAfterApply },
      { name: 'entries', before: String(privateEndpointIds.length), after: String(privateEndpointIds.length + 1) },
    ]
    return { change: { kind: 'update', fields }, facts: seen }
  },

  async apply({ target, clouds, facts, fence, signal }) {
    const guid = facts.endpoint?.guid
    if (guid === undefined) return
    await fence()
    await clouds.clickhouse.allowEndpoint(target.service.organizationId, target.service.id, guid, signal)
  },
}
