import type { Reply } from './exchange.ts'
import type { Operation } from './operations.ts'
import type { ArmRequest, Route } from './router.ts'
import { dnsApiVersions } from './router.ts'
import type { Arm } from './state.ts'

/** Whole seconds is all that the header can say; pollers keep to it. */
export const retryAfter = { 'retry-after': '1' }

/** Headers of an answer of `Microsoft.Network`, whose operations live at a location. */
export function networkOperation(
  arm: Arm,
  request: ArmRequest,
  location: string,
  { id, kind }: Operation,
): Record<string, string> {
  const base = `${arm.url}/subscriptions/${request.param('subscription')}/providers/Microsoft.Network/locations/${location}`
  const query = `api-version=${request.apiVersion}`
  return {
    'azure-asyncoperation': `${base}/operations/${id}?${query}`,
    ...(kind === 'delete' && { location: `${base}/operationResults/${id}?${query}` }),
    ...retryAfter,
  }
}

/** The answer of private DNS to every write that takes time: nothing but where to ask. */
export function dnsAccepted(arm: Arm, request: ArmRequest, { id }: Operation): Reply {
  const scope = `/subscriptions/${request.param('subscription')}/resourceGroups/${request.param('group')}`
  const base = `${arm.url}${scope}/providers/Microsoft.Network`
  const query = `api-version=${request.apiVersion}`
  return {
    status: 202,
    headers: {
      'azure-asyncoperation': `${base}/privateDnsOperationStatuses/${id}?${query}`,
      location: `${base}/privateDnsOperationResults/${id}?${query}`,
      ...retryAfter,
    },
  }
}

export function operationRoutes(arm: Arm): Route[] {
  const status = (request: ArmRequest) => statusOf(arm.operations.get(request.param('id')))
  const result = (request: ArmRequest) => resultOf(arm.operations.get(request.param('id')), `${arm.url}${request.target}`)
  const located = '/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}'
  const grouped = '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network'
  return [
    { method: 'GET', template: `${located}/operations/{id}`, handle: status },
    { method: 'GET', template: `${located}/operationResults/{id}`, handle: result },
    { method: 'GET', template: `${grouped}/privateDnsOperationStatuses/{id}`, apiVersions: dnsApiVersions, handle: status },
    { method: 'GET', template: `${grouped}/privateDnsOperationResults/{id}`, apiVersions: dnsApiVersions, handle: result },
  ]
}

function statusOf({ status, error }: Operation): Reply {
  const headers = status === 'InProgress' ? retryAfter : {}
  const ended = error?.code === 'Canceled' ? 'Canceled' : status
  return { status: 200, headers, body: { status: ended, ...(error && { error: error.body }) } }
}

function resultOf({ status, error, result }: Operation, location: string): Reply {
  if (status === 'InProgress') return { status: 202, headers: { location, ...retryAfter } }
  if (error) return error.reply()
  return result ? { status: 200, body: result() } : { status: 204 }
}
