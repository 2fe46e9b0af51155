import { ApiError } from './envelope.ts'

export interface RateLimitOptions {
  readonly requests: number
  readonly windowMs: number
}

/** What the vendor documents for every key. */
const documentedRateLimit: RateLimitOptions = { requests: 10, windowMs: 10_000 }

/**
 * A sliding window for each key: the strictest reading of "10 requests in 10 seconds", so a client that passes here passes wherever the vendor's
 * windows happen to begin. Refused requests do not count.
 */
export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #accepted = new Map<string, number[]>()

  constructor(options: RateLimitOptions = documentedRateLimit) {
    this.#options = options
  }

  /**
   * Counts one request and returns the headers for its answer. Refuses with a 429 that carries the same headers.
   * `X-RateLimit-Reset` is in seconds, with a fraction, until a request is accepted again.
   * @param now a monotonic clock in milliseconds
   */
  admit(keyId: string, now = performance.now()): Record<string, string> {
    const { requests, windowMs } = this.#options
    const recent = (this.#accepted.get(keyId) ?? []).filter((at) => at > now - windowMs)
    this.#accepted.set(keyId, recent)
    const refused = recent.length >= requests
    if (!refused) recent.push(now)
    const oldest = recent[0] ?? now
    const headers = {
      'X-RateLimit-Limit': String(requests),
      'X-RateLimit-Remaining': String(requests - recent.length),
      'X-RateLimit-Reset': (Math.ceil(oldest + windowMs - now) / 1000).toFixed(3),
    }
    if (refused) throw new ApiError(429, 'TOO_MANY_REQUESTS', 'Rate limit exceeded, please try again later', headers)
    return headers
  }
}
