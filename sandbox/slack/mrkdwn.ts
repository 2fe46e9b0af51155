import type { JsonObject } from './json.ts'
import { isObject, stringOf } from './json.ts'

/** Slack's markup as far as it matters for safety and for reading: everything between `<` and `>` is an instruction, everything else is text. */
export type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mention'; readonly id: string; readonly label: string | undefined }
  | { readonly kind: 'channel'; readonly id: string; readonly label: string | undefined }
  | { readonly kind: 'special'; readonly name: string; readonly label: string | undefined }
  | { readonly kind: 'link'; readonly url: string; readonly label: string | undefined }

export function tokens(mrkdwn: string): Token[] {
  const found: Token[] = []
  let end = 0
  for (const match of mrkdwn.matchAll(/<([^<>]+)>/g)) {
    if (match.index > end) found.push({ kind: 'text', text: mrkdwn.slice(end, match.index) })
    found.push(instruction(match[1] ?? ''))
    end = match.index + match[0].length
  }
  if (end < mrkdwn.length) found.push({ kind: 'text', text: mrkdwn.slice(end) })
  return found
}

function instruction(inner: string): Token {
  const bar = inner.indexOf('|')
  const target = bar < 0 ? inner : inner.slice(0, bar)
  const label = bar < 0 ? undefined : inner.slice(bar + 1)
  const rest = target.slice(1)
  if (target.startsWith('@')) return { kind: 'mention', id: rest, label }
  if (target.startsWith('#')) return { kind: 'channel', id: rest, label }
  if (target.startsWith('!')) return { kind: 'special', name: rest, label }
  return { kind: 'link', url: target, label }
}

/** The only three characters that Slack escapes. */
export function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** What Slack's client does to what a person types. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * Whom this markup notifies: `@U…` for a person, `!subteam^S…` for a group, `!channel`, `!here` or `!everyone`. Conservative: a mention inside
 * backticks counts, and so does one in the fallback text of a message with blocks.
 */
function pingsIn(mrkdwn: string): string[] {
  return tokens(mrkdwn).flatMap((token) => {
    if (token.kind === 'mention') return [`@${token.id}`]
    if (token.kind === 'special' && /^(channel|here|everyone|subteam\^.+)$/.test(token.name)) return [`!${token.name}`]
    return []
  })
}

/** Whom a message notifies: its fallback text and every formatted text of its blocks; plain text never pings. */
export function pingsOf(text: string, blocks: readonly JsonObject[]): string[] {
  return [...new Set([...pingsIn(text), ...blocks.flatMap(formattedTexts).flatMap(pingsIn)])]
}

function formattedTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(formattedTexts)
  if (!isObject(value)) return []
  const own = value.type === 'mrkdwn' || value.type === 'markdown' ? stringOf(value, 'text') : undefined
  return own === undefined ? Object.values(value).flatMap(formattedTexts) : [own]
}
