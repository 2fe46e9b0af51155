/** What a person reads about a failure: what happened, and the one next thing to do. Never holds a secret or a stack. */
export interface Problem {
  /** Stable word for programs and tests, e.g. `service-unknown` or a vendor's own code. */
  readonly code: string
  readonly message: string
  readonly remedy: string
  /** The vendor's id of the refused call; its support asks for it. */
  readonly vendorRequestId?: string
}

interface Details {
  readonly cause?: unknown
  readonly remedy: string
  readonly vendorRequestId?: string
}

/** A failure that a retry cannot change. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
  readonly code: string
  readonly remedy: string
  readonly vendorRequestId: string | undefined

  constructor(code: string, message: string, { cause, remedy, vendorRequestId }: Details) {
    super(message, { cause })
    this.code = code
    this.remedy = remedy
    this.vendorRequestId = vendorRequestId
  }
}

/** A failure that a retry may get past: throttling, a lock held by another operation, a vendor's 5xx, a lost connection. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError'
  readonly code: string
  readonly remedy: string
  readonly vendorRequestId: string | undefined
  /** How long the vendor asks us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** How long it is worth trying again where a long operation has to end first, in milliseconds. */
  readonly retryForMs: number | undefined

  constructor(
    code: string,
    message: string,
    {
      cause,
      remedy,
      vendorRequestId,
      retryAfterMs,
      retryForMs,
    }: Details & { retryAfterMs?: number | undefined; retryForMs?: number | undefined },
  ) {
    super(message, { cause })
    this.code = code
    this.remedy = remedy
    this.vendorRequestId = vendorRequestId
    this.retryAfterMs = retryAfterMs
    this.retryForMs = retryForMs
  }
}

/** The part of any error that may be shown. The text of an error of an unknown kind is left out: it may hold secrets. */
export function toProblem(error: unknown): Problem {
  if (error instanceof TerminalError || error instanceof RetryableError) {
    const { code, message, remedy, vendorRequestId } = error
    return { code, message, remedy, ...(vendorRequestId !== undefined && { vendorRequestId }) }
  }
  return {
    code: 'internal-error',
    message: 'The bot met an error that it does not know.',
    remedy: 'Look for this request in the log of the jobs process, and run the command again.',
  }
}
