import { ConnectorError } from './api/connector-error.ts'

/** Of one conversation. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit */
const limits = [
  { most: 7, withinMs: 1_000 },
  { most: 60, withinMs: 30_000 },
  { most: 1_800, withinMs: 3_600_000 },
]

export class RateLimits {
  readonly #sent = new Map<string, number[]>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Throws a 429 for one that comes too soon; a refused one does not count. */
  take(conversation: string): void {
    const now = this.#now()
    const sent = (this.#sent.get(conversation) ?? []).filter((at) => at > now - 3_600_000)
    for (const { most, withinMs } of limits) {
      const recent = sent.filter((at) => at > now - withinMs)
      const [oldest = now] = recent.slice(-most)
      if (recent.length < most) continue
      const waitSeconds = Math.max(1, Math.ceil((oldest + withinMs - now) / 1_000))
      throw new ConnectorError(429, 'TooManyRequests', 'API calls quota exceeded', { 'retry-after': String(waitSeconds) })
    }
    this.#sent.set(conversation, [...sent, now])
  }
}
