/** How often a method may be called: a token bucket, so that a short burst passes. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Slack's documented tiers; how much of a burst it lets through it does not say. */
const tier3: Rate = { burst: 20, perSecond: 50 / 60 }
const tier4: Rate = { burst: 50, perSecond: 100 / 60 }

const rates: Readonly<Record<string, Rate>> = {
  'chat.postMessage': { burst: 3, perSecond: 1 },
  'chat.update': tier3,
  'chat.delete': tier3,
  'conversations.open': tier3,
  'conversations.info': tier3,
  'users.lookupByEmail': tier3,
}

export class RateLimits {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()
  readonly #now: () => number
  readonly #rates: Readonly<Record<string, Rate>>

  constructor(now: () => number, overrides: Readonly<Record<string, Rate>> = {}) {
    this.#now = now
    this.#rates = { ...rates, ...overrides }
  }

  /** Takes one token; otherwise the whole seconds to wait, as in `Retry-After`. `chat.postMessage` counts by channel, the rest by method. */
  take(method: string, channel: string): number | undefined {
    const rate = this.#rates[method] ?? tier4
    const key = method === 'chat.postMessage' ? `${method} ${channel}` : method
    const now = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, at: now }
    const tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond)
    const allowed = tokens >= 1
    this.#buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now })
    return allowed ? undefined : Math.max(1, Math.ceil((1 - tokens) / rate.perSecond))
  }
}
