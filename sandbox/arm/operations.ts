import { randomUUID } from 'node:crypto'
import { ArmError } from './errors.ts'
import type { Reply } from './exchange.ts'
import { key } from './resource-id.ts'
import type { ArmRequest, Route } from './router.ts'
import { dnsApiVersions } from './router.ts'
import type { Arm } from './state.ts'
import type { Timers } from './timers.ts'

/** Whole seconds is all that the header can say; pollers keep to it. */
export const retryAfter = { 'retry-after': '1' }

interface Start {
  /** Id of the resource that the operation holds until it ends. */
  readonly resource: string
  /** Of another one that it holds as well. */
  readonly within?: string
  readonly kind: 'write' | 'delete'
  readonly milliseconds: number
  /** Runs when the time is up; an ArmError thrown here is how the operation fails. */
  readonly complete: () => void
  /** The body at the operation's `Location` once it has succeeded. */
  readonly result?: () => unknown
}

export interface Operation extends Start {
  readonly id: string
  status: 'InProgress' | 'Succeeded' | 'Failed'
  error?: ArmError
}

/** Long-running operations: each is polled by its own id, and holds its resource while it runs. */
export class Operations {
  readonly #byId = new Map<string, Operation>()
  readonly #running = new Map<string, Operation>()
  readonly #timers: Timers

  constructor(timers: Timers) {
    this.#timers = timers
  }

  start(start: Start): Operation {
    const operation: Operation = { ...start, id: randomUUID(), status: 'InProgress' }
    this.#byId.set(operation.id, operation)
    const held = [start.resource, ...(start.within === undefined ? [] : [start.within])].map(key)
    for (const each of held) this.#running.set(each, operation)
    this.#timers.after(start.milliseconds, () => {
      for (const each of held) this.#running.delete(each)
      try {
        start.complete()
        operation.status = 'Succeeded'
      } catch (error) {
        if (!(error instanceof ArmError)) throw error
        operation.status = 'Failed'
        operation.error = error
      }
    })
    return operation
  }

  running(resource: string): Operation | undefined {
    return this.#running.get(key(resource))
  }

  get(id: string): Operation {
    const operation = this.#byId.get(id)
    if (!operation) throw new ArmError(404, 'NotFound', `Operation ${id} was not found.`)
    return operation
  }
}

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
  return { status: 200, headers, body: { status, ...(error && { error: error.body }) } }
}

function resultOf({ status, error, result }: Operation, location: string): Reply {
  if (status === 'InProgress') return { status: 202, headers: { location, ...retryAfter } }
  if (error) return error.reply()
  return result ? { status: 200, body: result() } : { status: 204 }
}
