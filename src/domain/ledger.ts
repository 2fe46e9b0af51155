import type { Request, RequestEvent } from './request.ts'

/** The ledger does not have the request: it never had it, or a failover of Redis has lost it. */
export class UnknownRequest extends Error {
  override readonly name = 'UnknownRequest'

  constructor(id: string) {
    super(`There is no request ${id}.`)
  }
}

/** The store of requests. Every change is compare-and-set: of two writers at once, the second applies its event to what the first wrote. */
export interface Ledger {
  /** The next free id, e.g. `PL-42`; none that was given out before, also where the store was restored from a backup. */
  nextId(): Promise<string>
  /**
   * Stores the request and returns it, unless an open one is the same by `isSame`: then returns that one. Of two at the same moment, one is stored. Throws
   * when the id is taken.
   */
  create(request: Request, isSame?: (open: Request) => boolean): Promise<Request>
  get(id: string): Promise<Request | undefined>
  /** Applies `transition`. `changed` is false when the event has no effect in the request's state; throws `UnknownRequest` when there is none. */
  record(id: string, event: RequestEvent): Promise<{ request: Request; changed: boolean }>
  /** By id, the newest version of each request that chat does not show yet. */
  unshown(): Promise<Readonly<Record<string, string>>>
  /** Notes that chat shows this version. A newer one stays unshown. */
  shown(id: string, version: string): Promise<void>
  /** The newest requests, of one person (by key) or of all, newest first. */
  newest(limit: number, person?: string): Promise<readonly Request[]>
  /** Every request that is not finished. */
  open(): Promise<readonly Request[]>
}
