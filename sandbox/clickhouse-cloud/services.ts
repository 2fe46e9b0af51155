import { z } from 'zod'
import type { ClickHouseService } from '../world.ts'
import { remember } from './activities.ts'
import { parseBody, refuseUnsimulated } from './body.ts'
import { badRequest, failedDependency, notFound } from './envelope.ts'
import { register } from './organizations.ts'
import { presentPrivateEndpointConfig, presentService } from './presenters.ts'
import type { ApiRequest } from './route.ts'

const idSchema = z.string().min(1)

/** Fields without a model here are let through to `refuseUnsimulated`; fields that the vendor does not know are a fault. */
const patchSchema = z.strictObject({
  name: z.string().min(1).max(50).optional(),
  ipAccessList: z.unknown().optional(),
  privateEndpointIds: z.strictObject({ add: z.array(idSchema).optional(), remove: z.array(idSchema).optional() }).optional(),
  releaseChannel: z.enum(['slow', 'default', 'fast']).optional(),
  endpoints: z.unknown().optional(),
  transparentDataEncryptionKeyId: z.string().optional(),
  tags: z.unknown().optional(),
  enableCoreDumps: z.boolean().optional(),
})

const createSchema = z.strictObject({ id: idSchema, description: z.string().optional() })

/** The only filter is by tag, and no service of this world has a tag. */
export function listServices({ caller, cloud, query }: ApiRequest) {
  const filters = query.getAll('filter')
  const strange = filters.find((filter) => !/^tag:[\w.-]+(=[\w.-]*)?$/.test(filter))
  if (strange !== undefined) throw badRequest(`filter ${strange} is not supported`)
  if (filters.length > 0) return []
  return cloud.world.services
    .filter((service) => service.organizationId === caller.organization.id)
    .map((service) => presentService(service, caller.organization))
}

export function getService(request: ApiRequest) {
  return presentService(serviceOf(request), request.caller.organization)
}

export function getPrivateEndpointConfig(request: ApiRequest) {
  return presentPrivateEndpointConfig(serviceOf(request))
}

/** All or nothing, removals first. Ids are compared as they are written and otherwise not verified: a made-up one is accepted. */
export function patchService(request: ApiRequest) {
  const { caller, cloud, body } = request
  const service = serviceOf(request)
  const patch = parseBody(patchSchema, body)
  refuseUnsimulated(patch, ['privateEndpointIds'])
  checkState(service)
  const { add = [], remove = [] } = patch.privateEndpointIds ?? {}
  const ids = [...service.privateEndpointIds]
  for (const id of remove) {
    const index = ids.indexOf(id)
    if (index === -1) throw badRequest(`private endpoint ${id} is not attached to service`)
    ids.splice(index, 1)
  }
  for (const id of add) attach(service, ids, id)
  service.privateEndpointIds = ids
  for (const id of add) {
    register(caller.organization, { id, description: '', cloudProvider: service.provider, region: service.region })
  }
  if (patch.privateEndpointIds) {
    cloud.allowListChanged()
    remember(request, service)
  }
  return presentService(service, caller.organization)
}

/** The newer call: the service's list and the organization's in one. */
export function createPrivateEndpoint(request: ApiRequest) {
  const { caller, cloud, body } = request
  const service = serviceOf(request)
  const { id, description = '' } = parseBody(createSchema, body)
  checkState(service)
  const ids = [...service.privateEndpointIds]
  attach(service, ids, id)
  service.privateEndpointIds = ids
  const entry = { id, description, cloudProvider: service.provider, region: service.region }
  register(caller.organization, entry)
  cloud.allowListChanged()
  remember(request, service)
  return entry
}

function attach(service: ClickHouseService, ids: string[], id: string): void {
  if (service.alias === undefined) throw badRequest('private endpoints are not available for this service')
  if (ids.includes(id)) throw badRequest(`private endpoint ${id} is already attached to service`)
  ids.push(id)
}

/** Of a service that is not there yet, or not any more, nothing can be changed. */
function checkState({ id, state }: ClickHouseService): void {
  if (!['provisioning', 'terminating', 'terminated', 'softdeleting', 'softdeleted'].includes(state)) return
  throw failedDependency(`service ${id} cannot be changed. Current state: ${state}`)
}

function serviceOf({ caller, cloud, params }: ApiRequest): ClickHouseService {
  const service = cloud.world.services.find(
    ({ id, organizationId }) => id.toLowerCase() === params.serviceId?.toLowerCase() && organizationId === caller.organization.id,
  )
  if (!service) throw notFound(`service ${params.serviceId} does not exist`)
  return service
}
