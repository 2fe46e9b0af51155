import { tokens, unescapeText } from '../../slack/mrkdwn.ts'
import { renderDate } from '../../slack/render/date.ts'
import { type Children, html } from './html.ts'
import type { Json } from './shapes.ts'
import { state } from './state.ts'

/** Slack's markup as elements. */

const styled = /(^|[\s([{"'*_~])([*_~])(\S(?:[^\n]*?\S)?)\2(?=$|[\s)\]}"'.,:;!?*_~])/m

export function mrkdwn(text: string): Children {
  return text.split(/(```[\s\S]*?```|`[^`\n]+`)/).map((part) => {
    if (part.startsWith('```') && part.length > 5) return html`<pre>${plain(part.slice(3, -3).replace(/^\n|\n$/g, ''))}</pre>`
    if (part.startsWith('`') && part.length > 2) return html`<code>${plain(part.slice(1, -1))}</code>`
    return withStyles(part)
  })
}

function withStyles(text: string): Children[] {
  const match = styled.exec(text)
  if (match === null) return tokens(text).map(element)
  const [whole, before = '', mark, inner = ''] = match
  const start = match.index + before.length
  const name = mark === '*' ? 'strong' : mark === '_' ? 'em' : 's'
  return [
    ...tokens(text.slice(0, start)).map(element),
    html`<${name}>${withStyles(inner)}</${name}>`,
    ...withStyles(text.slice(match.index + whole.length)),
  ]
}

function element(token: ReturnType<typeof tokens>[number]): Children {
  const names = state.parts.names ?? {}
  switch (token.kind) {
    case 'text':
      return unescapeText(token.text)
    case 'mention':
      return html`<span class="mention">@${names[token.id] ?? token.id}</span>`
    case 'channel':
      return html`<span class="mention">#${names[token.id] ?? token.id}</span>`
    case 'link':
      return link(token.url, unescapeText(token.label ?? token.url.replace(/^mailto:/, '')))
    case 'special':
      if (token.name.startsWith('date^')) return unescapeText(renderDate(token.name, token.label, Date.now()))
      return html`<span class="mention ping">@${token.label?.replace(/^@/, '') ?? token.name.replace('subteam^', '')}</span>`
  }
}

/** Only to the web: nothing that somebody wrote runs as a script. */
function link(url: string, label: string): Children {
  const address = unescapeText(url)
  if (!/^(https?|mailto):/i.test(address)) return label
  return html`<a href=${address} target="_blank" rel="noreferrer noopener">${label}</a>`
}

/** Inside code there are no styles, and mentions are still mentions. */
function plain(text: string): Children {
  return tokens(text).map((token) => (token.kind === 'text' ? unescapeText(token.text) : element(token)))
}

/** A text object. */
export function textObject(value: unknown): Children {
  if (typeof value !== 'object' || value === null) return ''
  const { type, text } = value as Json
  return type === 'mrkdwn' ? mrkdwn(String(text)) : String(text)
}

export function plainOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? String((value as Json).text ?? '') : ''
}
