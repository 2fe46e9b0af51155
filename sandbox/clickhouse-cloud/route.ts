import type { Caller } from './auth.ts'
import type { Cloud } from './cloud.ts'

/** A call that passed authentication, the rate limit and the checks that all routes share. */
export interface ApiRequest {
  readonly cloud: Cloud
  readonly caller: Caller
  /** Path parameters; all of them are UUIDs. */
  readonly params: Readonly<Partial<Record<string, string>>>
  readonly query: URLSearchParams
  /** The parsed JSON body; undefined for methods without one. */
  readonly body: unknown
}

export interface Route {
  readonly method: 'GET' | 'PATCH' | 'POST'
  /** As the vendor writes it, `{name}` for a parameter, without the version path. */
  readonly path: string
  /** The role that the key must have. */
  readonly role: 'developer' | 'admin'
  /** Runs without a pause, so that two calls never see half of each other. Returns the `result` of the envelope. */
  readonly answer: (request: ApiRequest) => unknown
}
