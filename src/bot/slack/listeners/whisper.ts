import { setTimeout as sleep } from 'node:timers/promises'
import { webApi } from '@slack/bolt'
import type { Log } from '../../../log.ts'
import type { Card } from '../../chat/card.ts'
import { slackMessage } from '../render/blocks.ts'

/** How long a `response_url` may take, in milliseconds. */
const patienceMs = 3_000

/** How long it is waited before all ways are tried anew, in milliseconds; longer where Slack asks for it, within bounds. */
const pausesMs = [1_000, 3_000]
const longestPauseMs = 5_000

export interface Listener {
  readonly user: string
  readonly channel?: string
  /** Works where the bot is no member, 5 times in 30 minutes. */
  readonly responseUrl?: string
}

/** Tells one person something, by the first way that works: everybody gets an answer. */
export async function whisper(
  client: webApi.WebClient,
  log: Log,
  { user, channel, responseUrl }: Listener,
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
    signal: AbortSignal.timeout(patienceMs),
  })
  const text = await response.text()
  if (!response.ok || /"ok":\s*false/.test(text))
    throw new Error(`The response_url answered with status ${response.status}: ${text.slice(0, 200)}`)
}
