import type { NetworkManagementClient } from '@azure/arm-network'
import { type AroundCall, plainCall } from '../domain/cloud-call.ts'
import { heedQuota, type QuotaLeft } from './quota.ts'
import { noteWrites, type Wrote } from './receipts.ts'

type Client = { readonly pipeline: Pick<NetworkManagementClient['pipeline'], 'addPolicy'> }

/** Who is told of calls to Azure. */
export interface CallWatch {
  readonly wrote?: Wrote
  readonly around?: AroundCall
  /** Told how many calls Azure says are left. */
  readonly left?: (subscription: string, left: QuotaLeft) => void
}

/** Lets `watch` see every call of this client, each repetition after a 429 as one of its own, and slows it down when few calls are left. */
export function watchCalls(
  client: Client,
  subscription: string,
  { wrote = () => undefined, around = plainCall, left = () => undefined }: CallWatch,
): void {
  heedQuota(client, (each) => left(subscription, each))
  noteWrites(client, wrote)
  watchSending(client, around)
}

/** The same for a client whose calls are few. */
export function watchSending({ pipeline }: Client, around: AroundCall): void {
  pipeline.addPolicy(
    {
      name: 'watchCalls',
      sendRequest: (request, next) => around({ vendor: 'azure', method: request.method, url: request.url }, () => next(request)),
    },
    // After the wait for quota, which is not the vendor's.
    { afterPhase: 'Retry', afterPolicies: ['heedQuota'] },
  )
}
