import type { NetworkManagementClient } from '@azure/arm-network'

type Pipeline = Pick<NetworkManagementClient['pipeline'], 'addPolicy'>
type Policy = Parameters<Pipeline['addPolicy']>[0]

/** By request, what Azure said when it refused: errors of the SDK's lists keep the code alone. */
const texts = new WeakMap<object, string>()

export function keepRefusalTexts({ pipeline }: { readonly pipeline: Pipeline }): void {
  const policy: Policy = {
    name: 'keepRefusalTexts',
    async sendRequest(request, next) {
      const response = await next(request)
      const text = response.status < 400 ? undefined : messageIn(response.bodyAsText)
      if (text !== undefined) texts.set(request, text)
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

function messageIn(body: string | null | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body ?? '')
    const message = Reflect.get(Reflect.get(Object(parsed), 'error') ?? Object(parsed), 'message')
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
