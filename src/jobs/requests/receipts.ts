import { AsyncLocalStorage } from 'node:async_hooks'

const collecting = new AsyncLocalStorage<Set<string>>()

/** The clouds' clients say here which calls have changed something, by the vendor's own id of each. */
export function noteReceipt(requestId: string): void {
  collecting.getStore()?.add(requestId)
}

/** Collects what is noted within this work, also where it fails. */
export async function collectReceipts<T>(receipts: Set<string>, work: () => Promise<T>): Promise<T> {
  return await collecting.run(receipts, work)
}
