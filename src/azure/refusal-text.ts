import { AsyncLocalStorage } from 'node:async_hooks'
import type { NetworkManagementClient } from '@azure/arm-network'

type Pipeline = Pick<NetworkManagementClient['pipeline'], 'addPolicy'>
type Policy = Parameters<Pipeline['addPolicy']>[0]

/** Why Azure gave up what it had begun: the SDK's error keeps it only as text, and without an id. */
export interface OperationFailure {
  readonly code: string | undefined
  readonly message: string | undefined
  /** Of the call that began it, which the activity log knows too. */
  readonly requestId: string | undefined
}

interface Work {
  began?: string | undefined
  failure?: OperationFailure
}

/** By request, what Azure said when it refused: errors of the SDK's lists keep the code alone. */
const texts = new WeakMap<object, string>()
const working = new AsyncLocalStorage<Work>()

export function keepRefusalTexts({ pipeline }: { readonly pipeline: Pipeline }): void {
  const policy: Policy = {
    name: 'keepRefusalTexts',
    async sendRequest(request, next) {
      const response = await next(request)
      const body = parsed(response.bodyAsText)
      const { code, message } = errorIn(body)
      if (response.status >= 400 && message !== undefined) texts.set(request, message)
      const work = working.getStore()
      if (work === undefined) return response
      if (request.method !== 'GET') work.began = response.headers.get('x-ms-request-id')
      else if (/^(failed|canceled)$/i.test(String(Reflect.get(body, 'status')))) {
        work.failure = { requestId: work.began, code, message }
      }
      return response
    },
  }
  pipeline.addPolicy(policy, { afterPhase: 'Retry' })
}

/** The vendor's own sentence about a failed call, where it is known. */
export function refusalText(error: Error): string | undefined {
  const request: unknown = Reflect.get(error, 'request')
  return typeof request === 'object' && request !== null ? texts.get(request) : undefined
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
function errorIn(body: object): { readonly code: string | undefined; readonly message: string | undefined } {
  const error = Object(Reflect.get(body, 'error') ?? body)
  const textOf = (key: string): string | undefined => {
    const value: unknown = Reflect.get(error, key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return { code: textOf('code'), message: textOf('message') }
}
