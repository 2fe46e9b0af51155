import type { Directory } from '../directory.ts'
import type { JsonObject } from '../json.ts'
import type { RateLimits } from '../rates.ts'
import type { Connections } from '../socket/connections.ts'
import type { Store } from '../store.ts'
import type { Tickets } from '../tickets.ts'
import { ApiError, RateLimited } from './api-error.ts'

/** What the methods of the Web API work on. */
export interface Backend {
  readonly directory: Directory
  readonly store: Store
  readonly tickets: Tickets
  readonly limits: RateLimits
  readonly connections: Connections
  /** e.g. `http://127.0.0.1:4100`. */
  origin(): string
}

/** Answers with what comes after `ok: true`; throws `ApiError` or `RateLimited`. */
export type Method = (backend: Backend, args: JsonObject) => JsonObject

/** A response of Slack's HTTP server. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** A required argument. */
export function required(args: JsonObject, name: string): string {
  const value = args[name]
  if (typeof value !== 'string' || value === '') {
    throw new ApiError('invalid_arguments', [`[ERROR] missing required field: ${name} [json-pointer:/${name}]`])
  }
  return value
}

/** Counts the call; a refused one costs nothing. */
export function limit(backend: Backend, method: string, channel = ''): void {
  const wait = backend.limits.take(method, channel)
  if (wait !== undefined) throw new RateLimited(wait)
}
