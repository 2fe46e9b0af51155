import { AsyncLocalStorage } from 'node:async_hooks'
import type { NetworkManagementClient } from '@azure/arm-network'

type Pipeline = Pick<NetworkManagementClient['pipeline'], 'addPolicy'>
type Policy = Parameters<Pipeline['addPolicy']>[0]

/** The error that Azure's answer describes. */
interface Refusal {
  readonly code: string | undefined
  readonly message: string | undefined
  /** The codes of the details. An answer with the code `RetryableError` or `Canceled` gives the cause only there. */
  readonly details: readonly string[]
  readonly policy: PolicyRefusal | undefined
}

/** The assignment of the policy that refused. Source: `additionalInfo` of `RequestDisallowedByPolicy`. */
export interface PolicyRefusal {
  readonly name?: string
  readonly scope?: string
}

/** Why an operation of Azure failed after it began. The SDK's error holds this only as text, and without the request id. */
export interface OperationFailure extends Refusal {
  /** The id of the call that began the operation; Azure's activity log shows it too. */
  readonly requestId: string | undefined
}

interface Work {
  began?: string | undefined
  failure?: OperationFailure
}

/** The refusal of each failed request, because an error from one of the SDK's lists keeps only the code. */
const refusals = new WeakMap<object, Refusal>()
const working = new AsyncLocalStorage<Work>()

export function keepRefusalTexts({ pipeline }: { readonly pipeline: Pipeline }): void {
  const policy: Policy = {
    name: 'keepRefusalTexts',
    async sendRequest(request, next) {
      const response = await next(request)
      const body = parsed(response.bodyAsText)
      const refusal = refusalIn(body)
      if (response.status >= 400) refusals.set(request, refusal)
      const work = working.getStore()
      if (work === undefined) return response
      if (request.method !== 'GET') work.began = response.headers.get('x-ms-request-id')
      else if (/^(failed|canceled)$/i.test(String(fieldOf(body, 'status')))) {
        work.failure = { requestId: work.began, ...refusal }
      }
      return response
    },
  }
  pipeline.addPolicy(policy, { afterPhase: 'Retry' })
}

/** Azure's refusal of the call that caused this error; an empty object when there is none. */
export function refusalOf(error: Error): Partial<Refusal> {
  const request: unknown = Reflect.get(error, 'request')
  return (typeof request === 'object' && request !== null ? refusals.get(request) : undefined) ?? {}
}

/** Runs `work`. When it throws, throws what `failed` returns for the error and for the failure of the operation that `work` began, if it failed. */
export async function watchingOperations<Value>(
  work: () => Promise<Value>,
  failed: (error: unknown, failure: OperationFailure | undefined) => unknown,
): Promise<Value> {
  const seen: Work = {}
  try {
    return await working.run(seen, work)
  } catch (error) {
    throw failed(error, seen.failure)
  }
}

function parsed(text: string | null | undefined): object {
  try {
    return Object(JSON.parse(text ?? ''))
  } catch {
    return {}
  }
}

/** How deep errors are looked for inside errors. */
const deepest = 5

/** Reads code and message from `error`, or from the body itself, where Private DNS has them. */
function refusalIn(body: object): Refusal {
  const error = Object(fieldOf(body, 'error') ?? body)
  const [, ...inner] = partsOf(error)
  const message = [error, ...inner].flatMap((part) => plainText(part) ?? []).join(' ')
  return {
    code: textOf(error, 'code'),
    message: message === '' ? undefined : message,
    details: inner.flatMap((part) => textOf(part, 'code') ?? []),
    policy: [error, ...inner].map(policyIn).find((policy) => policy !== undefined) ?? policyNamedIn(message),
  }
}

/** The error and those inside it: its details, its inner error, and one that its message holds as JSON, as where one service of Azure calls another. */
function partsOf(error: object, depth = 0): readonly object[] {
  if (depth === deepest) return []
  const quoted = objectIn(textOf(error, 'message'))
  const inner = [
    ...objectsIn(error, 'details'),
    ...['innererror', 'error'].flatMap((key) => {
      const found = fieldOf(error, key)
      return typeof found === 'object' && found !== null ? [found] : []
    }),
    ...(quoted === undefined ? [] : [quoted]),
  ]
  return [error, ...inner.flatMap((each) => partsOf(each, depth + 1))]
}

/** The message, unless it is an error as JSON: that one has a message of its own. */
function plainText(part: object): string | undefined {
  const message = textOf(part, 'message')
  return objectIn(message) === undefined ? message : undefined
}

function objectIn(message: string | undefined): object | undefined {
  if (message === undefined || !message.trimStart().startsWith('{')) return undefined
  const found = parsed(message)
  return fieldOf(found, 'error') === undefined && fieldOf(found, 'code') === undefined ? undefined : found
}

function policyIn(error: object): PolicyRefusal | undefined {
  const violation = objectsIn(error, 'additionalInfo').find((each) => textOf(each, 'type') === 'PolicyViolation')
  if (violation === undefined) return undefined
  const info = Object(fieldOf(violation, 'info') ?? {})
  const name = textOf(info, 'policyAssignmentDisplayName') ?? textOf(info, 'policyAssignmentName')
  const scope = textOf(info, 'policyAssignmentScope') ?? scopeOf(textOf(info, 'policyAssignmentId'))
  return { ...(name !== undefined && { name }), ...(scope !== undefined && { scope }) }
}

/** Older answers have the assignment only in the message, as JSON. */
function policyNamedIn(message: string): PolicyRefusal | undefined {
  const [, name] = /"policyAssignment":\{[^}]*"name":"([^"]+)"/.exec(message) ?? []
  const [, id] = /"policyAssignment":\{[^}]*"id":"([^"]+)"/.exec(message) ?? []
  if (name === undefined && id === undefined) return undefined
  const scope = scopeOf(id)
  return { ...(name !== undefined && { name }), ...(scope !== undefined && { scope }) }
}

/** What an assignment, by its resource id, applies to. */
function scopeOf(assignment: string | undefined): string | undefined {
  const [scope] = assignment?.split(/\/providers\/Microsoft\.Authorization\/policyAssignments\//i) ?? []
  return scope === '' ? undefined : scope
}

function objectsIn(value: object, key: string): readonly object[] {
  const found = fieldOf(value, key)
  return Array.isArray(found) ? found.map((each) => Object(each)) : []
}

function textOf(value: object, key: string): string | undefined {
  const found = fieldOf(value, key)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** Older services of Azure write `Error`, `Code` and `Message`. */
function fieldOf(value: object, key: string): unknown {
  const name = Object.keys(value).find((each) => each.toLowerCase() === key.toLowerCase())
  return name === undefined ? undefined : Reflect.get(value, name)
}
