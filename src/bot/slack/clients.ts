import { webApi } from '@slack/bolt'
import type { Log } from '../../log.ts'
import { boltLog } from './bolt-log.ts'

export interface SlackApi {
  readonly botToken: string
  readonly apiUrl?: string
}

/** For answers to a person who waits: a trigger id expires after 3 s. */
const interactive = { timeout: 2_500, retryConfig: { retries: 1, minTimeout: 100, maxTimeout: 100 } }

/** For the outbox: its queue waits and repeats. */
const queued = { timeout: 10_000, retryConfig: { retries: 0 } }

/** Two clients of Slack's API with our timeouts. The library's defaults are no timeout, and ten retries within half an hour. */
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
