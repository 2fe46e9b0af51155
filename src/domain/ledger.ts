import type { Request, RequestEvent } from './request.ts'

/** The truth about requests. Every change is compare-and-set: of two writers at once, the second decides again on what the first wrote. */
export interface Ledger {
  /** The next free id, e.g. `PL-42`. */
  nextId(): Promise<string>
  create(request: Request): Promise<'created' | 'exists'>
  get(id: string): Promise<Request | undefined>
  /** Applies `transition`. `changed` is false when the event meant nothing in the request's state; throws when there is no such request. */
  record(id: string, event: RequestEvent): Promise<{ request: Request; changed: boolean }>
  /** Every request that is not finished. */
  open(): Promise<readonly Request[]>
}
