import { AsyncLocalStorage } from 'node:async_hooks'

const collecting = new AsyncLocalStorage<Set<string>>()

/** Called by the clouds' clients for each call that changed something, with the vendor's id of the call. */
export function noteReceipt(requestId: string): void {
  collecting.getStore()?.add(requestId)
}

/** Adds to `receipts` the ids that are noted during this work, also when it fails. */
export async function collectReceipts<T>(receipts: Set<string>, work: () => Promise<T>): Promise<T> {
  return await collecting.run(receipts, work)
}
