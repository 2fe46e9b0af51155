import type { Touched } from './inputs.ts'
import type { JsonObject } from './json.ts'
import { objectOf, objectsOf, stringOf, textIn } from './json.ts'
import { readText, renderElement } from './render/element-text.ts'
import type { Reader } from './render/mrkdwn-text.ts'
import { readMrkdwn } from './render/mrkdwn-text.ts'
import { beside, width, wrap } from './render/wrap.ts'
import type { Ephemeral, SlackMessage, SlackView } from './store.ts'

/** Messages and modals as plain text, for transcripts and for looking at cards. */

export interface RenderOptions {
  /** Columns; 110 unless told. */
  readonly width?: number
  readonly nameOf?: (id: string) => string
  /** Milliseconds since the epoch, for dates like "tomorrow". */
  readonly now?: number
  /** What a person has filled in, by block_id and action_id. */
  readonly state?: Touched
}

interface Page extends Reader {
  readonly columns: number
  readonly state: Touched
}

export function renderText(blocks: readonly JsonObject[], options: RenderOptions = {}): string {
  const page: Page = {
    columns: options.width ?? 110,
    nameOf: options.nameOf ?? ((id) => id),
    now: options.now ?? Date.now(),
    state: options.state ?? new Map(),
  }
  return blocks.flatMap((block) => renderBlock(block, page)).join('\n')
}

/** With who sees it or who said it on top. */
export function renderShown(shown: SlackMessage | Ephemeral | SlackView, options: RenderOptions): string {
  const name = options.nameOf ?? ((id: string) => id)
  if (shown.kind === 'view' && shown.content.type === 'home')
    return `┌ Home of @${name(shown.user)}\n${renderText(objectsOf(shown.content, 'blocks'), options)}`
  if (shown.kind === 'view') return `┌ modal for @${name(shown.user)}\n${renderView(shown, options)}`
  const text = readMrkdwn(shown.text, { nameOf: name, now: options.now ?? Date.now() })
  const body = shown.blocks.length > 0 ? renderText(shown.blocks, options) : wrap(text, options.width ?? 110).join('\n')
  const audience = shown.kind === 'ephemeral' ? `, only @${name(shown.user)} sees it` : ''
  const author = shown.kind === 'ephemeral' ? '' : `@${name(shown.user)} `
  return `┌ ${author}in #${name(shown.channel)}${audience}${shown.deleted ? ' (deleted)' : ''}\n${body}`
}

function renderView({ content, state, errors }: SlackView, options: RenderOptions): string {
  const blocks = renderText(objectsOf(content, 'blocks'), { ...options, state })
  const wrong = Object.entries(errors).map(([block, error]) => `! ${block}: ${error}`)
  const close = `[${textIn(content, 'close') ?? 'Cancel'}]`
  const submit = textIn(content, 'submit')
  return [textIn(content, 'title') ?? '', blocks, ...wrong, submit === undefined ? close : `${close} [${submit}]`].join('\n')
}

function renderBlock(block: JsonObject, page: Page): string[] {
  const stateOf = (element: JsonObject) =>
    page.state.get(stringOf(block, 'block_id') ?? '')?.get(stringOf(element, 'action_id') ?? '')
  const element = (one: JsonObject) => renderElement(one, page, stateOf(one))
  switch (block.type) {
    case 'header': {
      const title = wrap(readText(objectOf(block, 'text'), page), page.columns)
      return [...title, '='.repeat(Math.max(...title.map(width)))]
    }
    case 'divider':
      return ['─'.repeat(page.columns)]
    case 'section':
      return section(block, page, element)
    case 'context':
      return wrap(
        objectsOf(block, 'elements')
          .map((one) => (one.type === 'image' ? element(one) : readText(one, page)))
          .join('  '),
        page.columns,
      )
    case 'actions':
      return wrap(objectsOf(block, 'elements').map(element).join(' '), page.columns)
    case 'input': {
      const input = objectOf(block, 'element')
      const hint = textIn(block, 'hint')
      const label = `${textIn(block, 'label') ?? ''}${block.optional === true ? ' (optional)' : ''}: ${input ? element(input) : ''}`
      return [...wrap(label, page.columns), ...(hint === undefined ? [] : wrap(`  ${hint}`, page.columns))]
    }
    case 'markdown':
      return wrap(stringOf(block, 'text') ?? '', page.columns)
    case 'image':
      return [`(image: ${stringOf(block, 'alt_text') ?? ''})`]
    default:
      return [`(${String(block.type)})`]
  }
}

function section(block: JsonObject, page: Page, element: (one: JsonObject) => string): string[] {
  const accessory = objectOf(block, 'accessory')
  const control = accessory ? element(accessory) : undefined
  const text = objectOf(block, 'text')
  const columns = control === undefined ? page.columns : Math.max(10, page.columns - width(control) - 2)
  const lines = text ? wrap(readText(text, page), columns) : []
  const body = control === undefined ? lines : beside(lines.length > 0 ? lines : [''], [control], columns + 2)
  return [...body, ...fields(objectsOf(block, 'fields'), page)]
}

/** In two columns, as Slack shows them. */
function fields(all: readonly JsonObject[], page: Page): string[] {
  const half = Math.floor(page.columns / 2)
  return all.flatMap((field, index) => {
    if (index % 2 === 1) return []
    const left = wrap(readText(field, page), half - 2)
    const next = all[index + 1]
    return next ? beside(left, wrap(readText(next, page), half - 2), half) : left
  })
}
