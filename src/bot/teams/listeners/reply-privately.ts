import type { Card } from '../../chat/card.ts'
import { messageOf } from '../message.ts'
import { adaptiveCards } from '../render/adaptive-card.ts'
import type { ListenerContext, Spoken } from './context.ts'

/** Tells one person something: in the conversation so that only they see it, else in the one with them alone. Every page of a long card. */
export async function replyPrivately(
  { connector, direct, log }: ListenerContext,
  { speaker, where, isPersonal, by }: Omit<Spoken, 'handlers' | 'activity'>,
  card: Card,
): Promise<void> {
  const pages = adaptiveCards(card, { isPrivate: true })
  try {
    for (const page of pages) {
      const message = messageOf(card, page)
      await (isPersonal ? connector.send(where, message) : connector.sendPrivately(where, speaker, message))
    }
  } catch (error) {
    log.warn({ err: error, user: speaker.objectId }, 'an answer did not arrive in the conversation')
    await direct(by, card).catch((failure: unknown) => {
      log.error({ err: failure, user: speaker.objectId }, 'an answer did not arrive at all')
    })
  }
}
