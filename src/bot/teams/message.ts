import type { IAdaptiveCard } from '@microsoft/teams.cards'
import type { Activity } from 'botbuilder'
import { type Card, plain } from '../chat/card.ts'
import { adaptiveCards, simpleCard } from './render/adaptive-card.ts'
import { summary } from './render/limits.ts'
import { plainLines, plainText } from './render/text.ts'

/** A card and nothing beside it: Teams splits an activity with both text and card, and then there is no one message to update. */
export function messageOf(card: Card, shown: IAdaptiveCard | undefined = adaptiveCards(card)[0]): Partial<Activity> {
  return {
    type: 'message',
    summary: plainText(card.summary, summary),
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: shown }],
  }
}

/** The same with nothing that a client or a policy may refuse: plain text and buttons. */
export function simpleMessageOf(card: Card): Partial<Activity> {
  return messageOf(card, simpleCard(card))
}

/** As one text, where Teams shows no card: the answer to a click. */
export function textOf({ parts, summary: line }: Card): string {
  const lines = parts.flatMap((part) =>
    part.kind === 'lines' ? part.lines.map(plain) : part.kind === 'code' ? part.lines : [plain(part.text)],
  )
  return plainLines(lines.length === 0 ? [line] : lines, longestText)
}

/** More does not fit above a message. */
const longestText = 1_500
