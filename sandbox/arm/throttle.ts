import { ArmError } from './errors.ts'

interface Bucket {
  readonly size: number
  readonly perSecond: number
  /** Of the header that says how many calls are left. */
  readonly header: string
}

/** Resource Manager's own, per subscription and principal. */
const buckets = {
  GET: { size: 250, perSecond: 25, header: 'reads' },
  PUT: { size: 200, perSecond: 10, header: 'writes' },
  POST: { size: 200, perSecond: 10, header: 'writes' },
  DELETE: { size: 200, perSecond: 10, header: 'deletes' },
} satisfies Record<string, Bucket>

/** Private DNS counts its reads once more: 500 in five minutes. */
const dnsReads: Bucket = { size: 500, perSecond: 500 / 300, header: 'resource-requests' }

/** Token buckets. The sandbox has one principal, so a subscription has one bucket of each kind. */
export class Throttle {
  readonly #levels = new Map<string, { tokens: number; at: number }>()

  /**
   * Takes one call and returns the headers that say how many are left.
   * @throws ArmError 429 with `Retry-After` in whole seconds.
   */
  take(subscription: string, method: keyof typeof buckets, path: string): Record<string, string> {
    const due: Bucket[] = [buckets[method]]
    if (method === 'GET' && /\/privateDns/i.test(path)) due.push(dnsReads)
    const left = due.map((bucket) => [`x-ms-ratelimit-remaining-subscription-${bucket.header}`, this.#take(subscription, bucket)])
    return Object.fromEntries(left)
  }

  #take(subscription: string, { size, perSecond, header }: Bucket): string {
    const key = `${subscription.toLowerCase()} ${header}`
    const now = performance.now()
    const level = this.#levels.get(key) ?? { tokens: size, at: now }
    const tokens = Math.min(size, level.tokens + ((now - level.at) / 1000) * perSecond)
    if (tokens < 1) {
      const seconds = Math.ceil((1 - tokens) / perSecond)
      throw new ArmError(
        429,
        'SubscriptionRequestsThrottled',
        `Number of '${header}' requests for subscription '${subscription}' exceeded. Please try again after '${seconds}' seconds after additional tokens are available.`,
        { headers: { 'retry-after': String(seconds) } },
      )
    }
    this.#levels.set(key, { tokens: tokens - 1, at: now })
    return String(Math.floor(tokens - 1))
  }
}
