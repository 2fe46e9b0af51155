import type { Card } from '../../../src/bot/chat/card.ts'
import { slackMessage } from '../../../src/bot/slack/render/blocks.ts'

/** Every text that a card becomes, block by block, as Slack gets it. */
function textsOf(card: Card): string[] {
  return collect(slackMessage(card).blocks)
}

export function textOf(card: Card): string {
  return textsOf(card).join('\n')
}

function collect(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(collect)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => (key === 'text' && typeof inner === 'string' ? [inner] : collect(inner)))
}
