import { RetryableError } from '../../../domain/errors.ts'
import type { Card } from '../../chat/card.ts'
import { failureOf } from '../../chat/failure-of.ts'
import { untilTold } from '../../chat/until-told.ts'
import { messageOf } from '../message.ts'
import { adaptiveCards } from '../render/adaptive-card.ts'
import type { ListenerContext, Spoken } from './context.ts'

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
  let isFirst = true
  const attempt = async (): Promise<readonly unknown[]> => {
    const failure = await failureOf(inConversation)
    if (failure === undefined) return []
    const waits = isFirst && failure instanceof RetryableError
    isFirst = false
    if (waits) return [failure]
    log.warn({ err: failure, user }, 'an answer did not arrive in the conversation')
    const last = await failureOf(() => direct(by, card))
    return last === undefined ? [] : [failure, last]
  }
  await untilTold(attempt, { user, closing, log })
}
