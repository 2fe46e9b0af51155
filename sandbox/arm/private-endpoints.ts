import { randomUUID } from 'node:crypto'
import type { PrivateEndpoint } from '../world.ts'
import { ArmError, resourceNotFound } from './errors.ts'
import type { Reply } from './exchange.ts'
import { failIfDue } from './faults.ts'
import { failIfUpdating, refuseWhileUpdating } from './networks.ts'
import { networkOperation, retryAfter } from './operation-answers.ts'
import type { Operation } from './operations.ts'
import { page } from './paging.ts'
import { defaultInterfaceName, privateEndpointBody, privateEndpointType } from './private-endpoint-body.ts'
import type { WantedEndpoint } from './private-endpoint-request.ts'
import { checkUnchanged, readEndpoint } from './private-endpoint-request.ts'
import { key } from './resource-id.ts'
import type { ArmRequest, Route } from './router.ts'
import type { Arm } from './state.ts'

export function privateEndpointRoutes(arm: Arm): Route[] {
  const everywhere = '/subscriptions/{subscription}/providers/Microsoft.Network/privateEndpoints'
  const grouped = '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/privateEndpoints'
  const one = `${grouped}/{name}`
  return [
    {
      method: 'GET',
      template: everywhere,
      handle: (request) => list(arm, request, `/subscriptions/${request.param('subscription')}/`),
    },
    { method: 'GET', template: grouped, handle: (request) => list(arm, request, `${request.id}/`) },
    { method: 'GET', template: one, handle: (request) => read(arm, request) },
    { method: 'PUT', template: one, handle: (request) => put(arm, request) },
    { method: 'DELETE', template: one, handle: (request) => remove(arm, request) },
  ]
}

function list(arm: Arm, request: ArmRequest, prefix: string): Reply {
  const endpoints = [...arm.world.endpoints.values()].filter(({ id }) => key(id).startsWith(key(prefix)))
  return page(arm, request, arm.lists.seen(request.id, endpoints.map(privateEndpointBody)))
}

function read({ world }: Arm, request: ArmRequest): Reply {
  const endpoint = world.endpoints.get(key(request.id))
  if (!endpoint) throw resourceNotFound(privateEndpointType, request.param('name'), request.param('group'))
  return { status: 200, body: privateEndpointBody(endpoint) }
}

/** Creates, or changes what may be changed: tags, the request message and the security groups. Both take as long. */
function put(arm: Arm, request: ArmRequest): Reply {
  const { world } = arm
  const wanted = readEndpoint(arm, request)
  const existing = world.endpoints.get(key(request.id))
  if (existing) checkUnchanged(existing, wanted, request.param('group'))
  refuseWhileBusy(arm, request.id)
  refuseWhileBusy(arm, wanted.subnetId)
  refuseWhileUpdating(arm, wanted.subnetId, request.id)
  const endpoint = existing ? changed(existing, wanted) : created(arm, request, wanted)
  if (!existing) arm.lists.created(endpoint.id)
  world.endpoints.set(key(endpoint.id), endpoint)
  world.changed()
  const operation = arm.operations.start({
    resource: endpoint.id,
    within: endpoint.subnetId,
    kind: 'write',
    milliseconds: world.latencies.privateEndpoint,
    complete: () => provisioned(arm, endpoint),
  })
  return {
    status: existing ? 200 : 201,
    headers: networkOperation(arm, request, endpoint.location, operation),
    body: privateEndpointBody(endpoint),
  }
}

function created({ world }: Arm, request: ArmRequest, wanted: WantedEndpoint): PrivateEndpoint {
  const { interfaceName, ...rest } = wanted
  const resourceGuid = randomUUID()
  const nic = interfaceName || defaultInterfaceName(request.param('name'), resourceGuid)
  const group = `/subscriptions/${request.param('subscription')}/resourceGroups/${request.param('group')}`
  return {
    ...rest,
    id: request.id,
    resourceGuid,
    nicId: `${group}/providers/Microsoft.Network/networkInterfaces/${nic}`,
    address: world.allocateAddress(),
    provisioningState: 'Creating',
    connection: 'Pending',
  }
}

/** A connection that was rejected or removed by its other side stays so, however often the endpoint is put again. */
function changed(existing: PrivateEndpoint, wanted: WantedEndpoint): PrivateEndpoint {
  const { tags, requestMessage, applicationSecurityGroups } = wanted
  return { ...existing, tags, requestMessage, applicationSecurityGroups, provisioningState: 'Updating' }
}

/** The other side learns of an endpoint some time after it is provisioned, and approves it at once if its allow list names it already. */
function provisioned(arm: Arm, { id }: PrivateEndpoint): void {
  const { world, timers } = arm
  const endpoint = world.endpoints.get(key(id))
  if (!endpoint) throw new ArmError(404, 'NotFound', `Resource ${id} not found.`)
  endpoint.provisioningState = 'Failed'
  world.changed()
  failIfUpdating(arm, endpoint.subnetId, id)
  failIfDue(world, { method: 'PUT', path: id }, true)
  endpoint.provisioningState = 'Succeeded'
  world.changed()
  timers.after(world.latencies.propagation, () => world.approveAdmitted())
}

function remove(arm: Arm, request: ArmRequest): Reply {
  const { world } = arm
  const endpoint = world.endpoints.get(key(request.id))
  if (!endpoint) return { status: 204 }
  refuseWhileBusy(arm, request.id)
  refuseWhileBusy(arm, endpoint.subnetId)
  endpoint.provisioningState = 'Deleting'
  world.changed()
  const operation: Operation = arm.operations.start({
    resource: endpoint.id,
    within: endpoint.subnetId,
    kind: 'delete',
    milliseconds: world.latencies.privateEndpoint,
    complete: () => {
      arm.lists.deleted({ ...privateEndpointBody(endpoint) })
      world.endpoints.delete(key(endpoint.id))
      world.changed()
    },
  })
  return { status: 202, headers: networkOperation(arm, request, endpoint.location, operation) }
}

/** One operation at a time on an endpoint, and among the endpoints of a subnet. */
function refuseWhileBusy({ operations }: Arm, id: string): void {
  const operation = operations.running(id)
  if (!operation) return
  throw new ArmError(
    429,
    'RetryableErrorDueToAnotherOperation',
    `Operation on resource ${id} is in progress: ${operation.kind} ${operation.id}. It cannot be changed before that ends.`,
    { headers: retryAfter },
  )
}
