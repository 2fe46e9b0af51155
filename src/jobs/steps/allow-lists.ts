import type { EndpointDetail } from '../../azure/network.ts'
import { sameId } from '../../domain/target.ts'
import { repeatedAlone } from '../retry.ts'
import type { AllowLists, StepContext } from './step.ts'

/** Whether an entry of a list is the endpoint's GUID or its Resource ID, in any letter case. */
export function isIdOf(entry: string, endpoint: EndpointDetail | undefined): boolean {
  return endpoint !== undefined && (sameId(entry, endpoint.guid) || sameId(entry, endpoint.id))
}

/** The lists of the target's services, read now. */
export async function listsOf({ target, clouds, patiently, signal }: StepContext): Promise<AllowLists> {
  const lists = await Promise.all(
    target.services.map(async ({ service: { organizationId, id, name } }) => {
      const { privateEndpointIds, state } = await repeatedAlone(patiently, () =>
        clouds.clickhouse.service(organizationId, id, signal),
      )
      return [id, { name, state, entries: privateEndpointIds }] as const
    }),
  )
  return new Map(lists)
}

/** The lists of every service of every configured organization, read now with one call for each: services of several may use one endpoint. */
export async function allListsOf({ target, configured, clouds, patiently, signal }: StepContext): Promise<AllowLists> {
  const own = target.services[0].service.organizationId
  const lists = await Promise.all(
    configured.organizations.map(async ({ organizationId, organizationName }) => {
      const services = await repeatedAlone(patiently, () => clouds.clickhouse.services(organizationId, signal))
      const shown = (name: string) => (organizationId === own ? name : `${organizationName}/${name}`)
      return services.map(
        ({ id, name, state, privateEndpointIds }) => [id, { name: shown(name), state, entries: privateEndpointIds }] as const,
      )
    }),
  )
  return new Map(lists.flat())
}
