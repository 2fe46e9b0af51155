/** An answer of `{ok: false, error}`, which Slack sends with HTTP status 200. */
export class ApiError extends Error {
  readonly code: string
  /** For `response_metadata.messages`. */
  readonly problems: readonly string[]

  constructor(code: string, problems: readonly string[] = []) {
    super(code)
    this.code = code
    this.problems = problems
  }
}

/** HTTP status 429. */
export class RateLimited extends Error {
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('ratelimited')
    this.retryAfterSeconds = retryAfterSeconds
  }
}
