import { setTimeout as sleep } from 'node:timers/promises'
import { webApi } from '@slack/bolt'
import type { Log } from '../../../log.ts'
import type { Card } from '../../chat/card.ts'
import { slackMessage } from '../render/blocks.ts'

/** How long a `response_url` may take, in milliseconds. */
const respondWithinMs = 3_000

/** Pauses before all ways are tried again, in milliseconds. Slack's `Retry-After` makes them longer, up to `longestPauseMs`. */
const pausesMs = [1_000, 3_000]
const longestPauseMs = 5_000

export interface Recipient {
  readonly user: string
  readonly channel?: string
  /** Works in channels that the bot is not in, 5 times within 30 minutes. */
  readonly responseUrl?: string
}

/** Shows the card to one person: by `response_url`, else as an ephemeral message, else as a direct message. Never throws. */
export async function answerPrivately(
  client: webApi.WebClient,
  log: Log,
  { user, channel, responseUrl }: Recipient,
  card: Card,
): Promise<void> {
  const message = slackMessage(card)
  const ways: (() => Promise<unknown>)[] = [
    ...(responseUrl === undefined ? [] : [() => respond(responseUrl, message)]),
    ...(channel === undefined ? [] : [() => client.chat.postEphemeral({ channel, user, ...message })]),
    () => client.chat.postMessage({ channel: user, ...message, unfurl_links: false, unfurl_media: false }),
  ]
  for (const pauseMs of [...pausesMs, undefined]) {
    let askedMs = 0
    for (const way of ways) {
      try {
        await way()
        return
      } catch (error) {
        log.warn({ err: error, user }, 'an answer did not arrive this way')
        if (error instanceof webApi.WebAPIRateLimitedError) askedMs = error.retryAfter * 1_000
      }
    }
    if (pauseMs !== undefined) await sleep(Math.min(Math.max(pauseMs, askedMs), longestPauseMs))
  }
  log.error({ user }, 'an answer did not arrive at all')
}

async function respond(url: string, message: ReturnType<typeof slackMessage>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...message }),
    redirect: 'error',
    signal: AbortSignal.timeout(respondWithinMs),
  })
  const text = await response.text()
  if (!response.ok || /"ok":\s*false/.test(text))
    throw new Error(`The response_url answered with status ${response.status}: ${text.slice(0, 200)}`)
}
