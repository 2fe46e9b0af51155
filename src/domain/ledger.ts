import type { Request, RequestEvent } from './request.ts'

/** The truth about requests. Every change is compare-and-set: of two writers at once, the second decides again on what the first wrote. */
export interface Ledger {
  /** The next free id, e.g. `PL-42`. */
  nextId(): Promise<string>
  create(request: Request): Promise<'created' | 'exists'>
  get(id: string): Promise<Request | undefined>
  /** Applies `transition`. `changed` is false when the event meant nothing in the request's state; throws when there is no such request. */
  record(id: string, event: RequestEvent): Promise<{ request: Request; changed: boolean }>
  /** Requests of which chat does not show the newest version, by id; the value names the version. */
  unshown(): Promise<Readonly<Record<string, string>>>
  /** Chat shows this version now. A newer one stays unshown. */
  shown(id: string, version: string): Promise<void>
  /** The newest requests, of one person (by key) or of all, newest first. */
  newest(limit: number, person?: string): Promise<readonly Request[]>
  /** Every request that is not finished. */
  open(): Promise<readonly Request[]>
}
