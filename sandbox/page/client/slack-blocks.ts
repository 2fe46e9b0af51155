import { type Children, html } from './html.ts'
import type { Json } from './shapes.ts'
import { mrkdwn, plainOf, textObject } from './slack-text.ts'

/** The blocks of Block Kit that an app of this kind uses. What is not known here is named, not left out. */

export interface BlockContext {
  readonly click: (block: string, action: string) => void
  /** Fields of a form. */
  readonly input?: (block: Json, element: Json) => Children
}

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : [])

export function blocksOf(blocks: readonly Json[], context: BlockContext): Children {
  return blocks.map((block) => html`<div class=${`block ${block.type}`} key=${block.block_id}>${inside(block, context)}</div>`)
}

function inside(block: Json, context: BlockContext): Children {
  switch (block.type) {
    case 'header':
      return html`<h3>${plainOf(block.text)}</h3>`
    case 'section':
      return html`${block.text === undefined ? null : html`<div class="text">${textObject(block.text)}</div>`}
        ${list(block.fields).map((field) => html`<div class="field">${textObject(field)}</div>`)}
        ${block.accessory === undefined ? null : elementOf(block, block.accessory as Json, context)}`
    case 'context':
      return list(block.elements).map((each) =>
        each.type === 'image'
          ? imageOf(each)
          : html`<span>${each.type === 'mrkdwn' ? mrkdwn(String(each.text)) : plainOf(each)}</span>`,
      )
    case 'actions':
      return list(block.elements).map((each) => elementOf(block, each, context))
    case 'divider':
      return html`<hr />`
    case 'image':
      return imageOf(block)
    case 'input':
      return context.input?.(block, block.element as Json)
    default:
      return html`<p class="unknown">(${String(block.type)})</p>`
  }
}

function elementOf(block: Json, element: Json, context: BlockContext): Children {
  const [blockId, actionId] = [String(block.block_id), String(element.action_id)]
  switch (element.type) {
    case 'button':
      return html`<button type="button" class=${`button ${element.style ?? ''}`} data-action=${actionId}
        aria-label=${element.accessibility_label} onClick=${() => context.click(blockId, actionId)}>${plainOf(element.text)}</button>`
    case 'image':
      return imageOf(element)
    default:
      return context.input?.(block, element) ?? html`<span class="unknown">(${String(element.type)})</span>`
  }
}

/** From elsewhere nothing is loaded: what the picture shows is said instead. */
function imageOf(image: Json): Children {
  return html`<span class="image">🖼 ${String(image.alt_text ?? '')}</span>`
}
