import { webApi } from '@slack/bolt'
import type { Log } from '../../log.ts'
import { boltLog } from './bolt-log.ts'

export interface SlackApi {
  readonly botToken: string
  readonly apiUrl?: string
}

/** For answers to somebody who waits: a trigger lives 3 s, so more patience is of no use. */
const interactive = { timeout: 2_500, retryConfig: { retries: 1, minTimeout: 100, maxTimeout: 100 } }

/** For the outbox, whose queue does the waiting and the repeating. */
const queued = { timeout: 10_000, retryConfig: { retries: 0 } }

/** The library's own defaults are no timeout, and ten retries over half an hour. */
export function slackClients(
  { botToken, apiUrl }: SlackApi,
  log: Log,
): { interactive: webApi.WebClient; queued: webApi.WebClient } {
  const shared = {
    logger: boltLog(log),
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
  }
  return {
    interactive: new webApi.WebClient(botToken, { ...shared, ...interactive }),
    queued: new webApi.WebClient(botToken, { ...shared, ...queued }),
  }
}
