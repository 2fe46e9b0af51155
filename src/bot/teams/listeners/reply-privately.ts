import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError } from '../../../domain/errors.ts'
import type { Card } from '../../chat/card.ts'
import { messageOf } from '../message.ts'
import { adaptiveCards } from '../render/adaptive-card.ts'
import type { ListenerContext, Spoken } from './context.ts'

/** For so long an answer is tried again while Teams takes none, in milliseconds. */
const tryForMs = 10 * 60_000
/** Longest pause between two attempts, and what is added by chance, so that many do not come back at the same moment; in milliseconds. */
const [longestPauseMs, jitterMs] = [30_000, 1_000]

/**
 * Tells one person something: in the conversation so that only they see it, else in the one with them alone. Every page of a long card. What Teams refuses
 * for a while is tried again, first where it was asked for; when the bot stops, it is lost. Never throws.
 */
export async function replyPrivately(
  { connector, direct, closing, log }: ListenerContext,
  { speaker, where, isPersonal, by }: Omit<Spoken, 'handlers' | 'activity'>,
  card: Card,
): Promise<void> {
  const pages = [...adaptiveCards(card, { isPrivate: true })]
  const inConversation = async (): Promise<void> => {
    for (const page of [...pages]) {
      const message = messageOf(card, page)
      await (isPersonal ? connector.send(where, message) : connector.sendPrivately(where, speaker, message))
      pages.shift()
    }
  }
  const user = speaker.objectId
  const startedAt = performance.now()
  for (let isFirst = true; ; isFirst = false) {
    const failure = await failureOf(inConversation)
    if (failure === undefined) return
    const waits = isFirst && failure instanceof RetryableError
    if (!waits) log.warn({ err: failure, user }, 'an answer did not arrive in the conversation')
    const last = waits ? failure : await failureOf(() => direct(by, card))
    if (last === undefined) return
    const passing = [last, failure].find((each) => each instanceof RetryableError)
    if (passing === undefined || closing.aborted || performance.now() - startedAt > tryForMs)
      return log.error({ err: last, user }, 'an answer did not arrive at all')
    const pauseMs = Math.min(passing.retryAfterMs ?? 0, longestPauseMs) + Math.random() * jitterMs
    await sleep(pauseMs, undefined, { signal: closing }).catch(() => undefined)
  }
}

/** What the action threw; undefined where it succeeded. */
async function failureOf(action: () => Promise<unknown>): Promise<unknown> {
  try {
    await action()
    return undefined
  } catch (error) {
    return error ?? new Error('undefined was thrown')
  }
}
