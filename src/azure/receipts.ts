import type { NetworkManagementClient } from '@azure/arm-network'

type Pipeline = Pick<NetworkManagementClient['pipeline'], 'addPolicy'>
type Policy = Parameters<Pipeline['addPolicy']>[0]

/** Receives Azure's request id of each accepted call that changes something. */
export type Wrote = (requestId: string) => void

export function noteWrites({ pipeline }: { readonly pipeline: Pipeline }, wrote: Wrote): void {
  const policy: Policy = {
    name: 'noteWrites',
    async sendRequest(request, next) {
      const response = await next(request)
      const id = response.headers.get('x-ms-request-id')
      if (request.method !== 'GET' && response.status < 400 && id !== undefined) wrote(id)
      return response
    },
  }
  pipeline.addPolicy(policy, { afterPhase: 'Retry' })
}
