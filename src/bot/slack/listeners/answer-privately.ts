import { RetryableError } from '../../../domain/errors.ts'
import type { Card } from '../../chat/card.ts'
import { failureOf } from '../../chat/failure-of.ts'
import { untilTold } from '../../chat/until-told.ts'
import { callSlack } from '../errors.ts'
import { slackMessage } from '../render/blocks.ts'
import type { ListenerContext } from './context.ts'

/** How long a `response_url` may take, in milliseconds. */
const respondWithinMs = 3_000

const repeat = { remedy: 'I try again by myself.' }

export interface Recipient {
  readonly user: string
  readonly channel?: string
  /** Works in channels that the bot is not in, 5 times within 30 minutes. */
  readonly responseUrl?: string
}

/**
 * Shows the card to one person: by `response_url`, else as an ephemeral message, else as a direct message. What Slack refuses for a while is tried again;
 * when the bot stops, it is lost. Never throws.
 */
export async function answerPrivately(
  { client, closing, log }: ListenerContext,
  { user, channel, responseUrl }: Recipient,
  card: Card,
): Promise<void> {
  const message = slackMessage(card)
  const direct = { channel: user, ...message, unfurl_links: false, unfurl_media: false }
  const ways = new Set<() => Promise<unknown>>([
    ...(responseUrl === undefined ? [] : [() => respond(responseUrl, message)]),
    ...(channel === undefined ? [] : [() => callSlack(() => client.chat.postEphemeral({ channel, user, ...message }))]),
    () => callSlack(() => client.chat.postMessage(direct)),
  ])
  const attempt = async (): Promise<readonly unknown[]> => {
    const failures: unknown[] = []
    for (const way of ways) {
      const failure = await failureOf(way)
      if (failure === undefined) return []
      log.warn({ err: failure, user }, 'an answer did not arrive this way')
      if (!(failure instanceof RetryableError)) ways.delete(way)
      failures.push(failure)
    }
    return failures
  }
  await untilTold(attempt, { user, closing, log })
}

/** Throws a `RetryableError` where Slack does not answer or asks to wait, else an error with what it said. */
async function respond(url: string, message: ReturnType<typeof slackMessage>): Promise<void> {
  const sent = fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...message }),
    redirect: 'error',
    signal: AbortSignal.timeout(respondWithinMs),
  })
  const answer = await sent
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch((cause: unknown) => {
      throw new RetryableError('slack-unreachable', 'The response_url does not answer.', { ...repeat, cause })
    })
  const { status, text } = answer
  if (status < 400 && !/"ok":\s*false/.test(text)) return
  const sentence = `The response_url answered with status ${status}: ${text.slice(0, 200)}`
  throw status === 429 || status >= 500 ? new RetryableError('slack-unreachable', sentence, repeat) : new Error(sentence)
}
