import { randomUUID } from 'node:crypto'

/** A refusal in the vendor's own words: the wire carries `"CODE: words"`. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, words: string, headers: Record<string, string> = {}) {
    super(words)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export function badRequest(words: string): ApiError {
  return new ApiError(400, 'BAD_REQUEST', words)
}

export function notFound(words: string): ApiError {
  return new ApiError(404, 'NOT_FOUND', words)
}

export function forbidden(words: string): ApiError {
  return new ApiError(403, 'FORBIDDEN', words)
}

/** Another change of the same thing is under way. */
export function conflict(words: string): ApiError {
  return new ApiError(409, 'CONFLICT', words)
}

/** The thing is not in a state for it. */
export function failedDependency(words: string): ApiError {
  return new ApiError(424, 'FAILED_DEPENDENCY', words)
}

export function success(result: unknown, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers, body: { status: 200, requestId: randomUUID(), result } }
}

/** Anything that is not an `ApiError` is a defect of the simulator; its message is shown, so that a test says which. */
export function failure(error: unknown, headers: Record<string, string> = {}): Answer {
  const known = error instanceof ApiError ? error : new ApiError(500, 'INTERNAL_ERROR', String(error))
  return {
    status: known.status,
    headers: { ...headers, ...known.headers },
    body: { status: known.status, error: `${known.code}: ${known.message}`, requestId: randomUUID() },
  }
}
