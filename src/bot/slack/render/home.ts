import type { types } from '@slack/bolt'
import type { Card } from '../../chat/card.ts'
import { slackMessage } from './blocks.ts'
import { plainText } from './text.ts'

/** Slack takes 100 blocks: https://docs.slack.dev/reference/views/home-tab-views; and 250 kB of JSON, of which some is left for what Slack counts besides. */
const [mostBlocks, mostBytes] = [100, 240_000]

/** The cards on one Home tab, as many as fit. Block ids are numbered: Slack refuses equal ones. */
export function homeView(cards: readonly Card[]): types.HomeView {
  const blocks: types.KnownBlock[] = []
  for (const [index, card] of cards.entries()) {
    const own = slackMessage(card).blocks.map((block) =>
      'block_id' in block ? { ...block, block_id: `${block.block_id}-${index}` } : block,
    )
    if (blocks.length + own.length + 1 > mostBlocks || Buffer.byteLength(JSON.stringify([...blocks, ...own])) > mostBytes) break
    blocks.push(...own, { type: 'divider' })
  }
  return { type: 'home', blocks }
}

/** An answer as a modal, where there is no message to answer below. */
export function answerView(card: Card): types.ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: plainText('Private Link', 24), emoji: false },
    close: { type: 'plain_text', text: 'Close', emoji: false },
    blocks: slackMessage(card).blocks,
  }
}
