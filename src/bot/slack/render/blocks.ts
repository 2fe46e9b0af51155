import type { types } from '@slack/bolt'
import { type Button, type Card, cutNote, type Part, plain, type Text, undecidableNote } from '../../chat/card.ts'
import { lengthOf, mrkdwn, plainText, preformatted } from './text.ts'

/** Slack's limits: https://docs.slack.dev/reference/block-kit/blocks. The limit for all text of one message is not documented. */
const limits = {
  section: 3_000,
  context: 2_000,
  title: 300,
  heading: 150,
  blocks: 50,
  message: 9_500,
  summary: 300,
  value: 2_000,
  label: 75,
}

/** Room for the buttons, and for the note that the message was cut. */
const reserve = { blocks: 2, text: 300 }

export interface SlackMessage {
  /** For notifications and screen readers. */
  readonly text: string
  readonly blocks: types.KnownBlock[]
}

export function slackMessage({ summary, parts, buttons = [] }: Card): SlackMessage {
  const text = mrkdwn(summary, limits.summary)
  const blocks: types.KnownBlock[] = []
  let room = limits.message - reserve.text - lengthOf(text)
  let cut = false
  for (const block of parts.flatMap(partBlocks)) {
    room -= textLength(block)
    cut = cut || room < 0 || blocks.length >= limits.blocks - reserve.blocks
    if (!cut) blocks.push(block)
  }
  const shown = cut ? buttons.filter(({ needsWholeCard }) => needsWholeCard !== true) : buttons
  if (cut) blocks.push(context(shown.length < buttons.length ? undecidableNote : cutNote))
  if (shown.length > 0) blocks.push({ type: 'actions', block_id: 'decision', elements: shown.map(element) })
  return { text, blocks }
}

function partBlocks(part: Part): types.KnownBlock[] {
  switch (part.kind) {
    case 'title':
      return [section(mrkdwn([{ kind: 'strong', text: plain(part.text) }], limits.title))]
    case 'heading':
      return [{ type: 'header', text: { type: 'plain_text', text: plainText(part.text, limits.heading), emoji: false } }]
    case 'text':
      return [section(mrkdwn(part.text, limits.section))]
    case 'note':
      return [context(part.text)]
    case 'lines':
      return packed(part.lines.map((line) => mrkdwn(line, limits.section))).map(section)
    case 'code':
      return [section(preformatted(part.lines, limits.section))]
  }
}

/** `verbatim`: Slack makes no links or mentions of what only looks like one. */
function section(text: string): types.KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true }, expand: true }
}

function context(text: Text): types.KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: mrkdwn(text, limits.context), verbatim: true }] }
}

/** Buttons with one verb get different `action_id`s: Slack requires that on one message. */
function element({ verb, label, weight, id, digest }: Button, index: number, all: readonly Button[]) {
  const before = all.slice(0, index).filter((other) => other.verb === verb).length
  return {
    type: 'button' as const,
    action_id: before === 0 ? verb : `${verb}:${before}`,
    text: { type: 'plain_text' as const, text: plainText(label, limits.label), emoji: false },
    value: JSON.stringify({ id, digest }),
    ...(weight !== undefined && { style: weight }),
  }
}

/** Lines joined into as few sections as hold them. */
function packed(lines: readonly string[]): string[] {
  const groups: string[] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last !== undefined && lengthOf(last) + 1 + lengthOf(line) <= limits.section)
      groups[groups.length - 1] = `${last}\n${line}`
    else groups.push(line)
  }
  return groups
}

function textLength(block: types.KnownBlock): number {
  if (block.type === 'section') return lengthOf(block.text?.text ?? '')
  if (block.type !== 'context') return 0
  return block.elements.reduce((sum, element) => sum + ('text' in element ? lengthOf(element.text) : 0), 0)
}
