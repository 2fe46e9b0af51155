import { AsyncLocalStorage } from 'node:async_hooks'
import type { NetworkManagementClient } from '@azure/arm-network'

type Pipeline = Pick<NetworkManagementClient['pipeline'], 'addPolicy'>
type Policy = Parameters<Pipeline['addPolicy']>[0]

/** The error that Azure's answer describes. */
interface Refusal {
  readonly code: string | undefined
  readonly message: string | undefined
  /** The code of the first detail. An answer with the code `RetryableError` gives the cause only there. */
  readonly detail: string | undefined
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
      else if (/^(failed|canceled)$/i.test(String(Reflect.get(body, 'status')))) {
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

/** Reads code and message from `error`, or from the body itself, where Private DNS has them. */
function refusalIn(body: object): Refusal {
  const error = Object(Reflect.get(body, 'error') ?? body)
  const [first]: unknown[] = Array.isArray(Reflect.get(error, 'details')) ? Reflect.get(error, 'details') : []
  const detail = Object(first)
  const message = [textOf(error, 'message'), textOf(detail, 'message')].filter((part) => part !== undefined).join(' ')
  return { code: textOf(error, 'code'), message: message === '' ? undefined : message, detail: textOf(detail, 'code') }
}

function textOf(value: object, key: string): string | undefined {
  const found: unknown = Reflect.get(value, key)
  return typeof found === 'string' && found !== '' ? found : undefined
}
