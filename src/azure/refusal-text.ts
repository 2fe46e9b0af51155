import { AsyncLocalStorage } from 'node:async_hooks'
import type { NetworkManagementClient } from '@azure/arm-network'

type Pipeline = Pick<NetworkManagementClient['pipeline'], 'addPolicy'>
type Policy = Parameters<Pipeline['addPolicy']>[0]

/** What Azure says is wrong. */
interface Refusal {
  readonly code: string | undefined
  readonly message: string | undefined
  /** The first of its details; `RetryableError` says only there what stands in the way. */
  readonly detail: string | undefined
}

/** Why Azure gave up what it had begun: the SDK's error keeps it only as text, and without an id. */
export interface OperationFailure extends Refusal {
  /** Of the call that began it, which the activity log knows too. */
  readonly requestId: string | undefined
}

interface Work {
  began?: string | undefined
  failure?: OperationFailure
}

/** By request, what Azure said when it refused: errors of the SDK's lists keep the code alone. */
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

/** What Azure said about a failed call, where it is known. */
export function refusalOf(error: Error): Partial<Refusal> {
  const request: unknown = Reflect.get(error, 'request')
  return (typeof request === 'object' && request !== null ? refusals.get(request) : undefined) ?? {}
}

/** `failed` is told what became of the operation that the work began. */
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

/** Private DNS sends code and message without the envelope around them. */
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
