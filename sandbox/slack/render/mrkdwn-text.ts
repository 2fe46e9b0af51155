import type { Token } from '../mrkdwn.ts'
import { tokens, unescapeText } from '../mrkdwn.ts'
import { renderDate } from './date.ts'

export interface Reader {
  /** A name for an id. */
  nameOf(id: string): string
  /** Milliseconds since the epoch, for dates like "tomorrow". */
  readonly now: number
}

/** Formatted text as a person reads it: names, labels, no markup. */
export function readMrkdwn(mrkdwn: string, reader: Reader): string {
  return tokens(withoutStyles(mrkdwn))
    .map((token) => readToken(token, reader))
    .join('')
}

function readToken(token: Token, reader: Reader): string {
  switch (token.kind) {
    case 'text':
      return unescapeText(token.text)
    case 'mention':
      return `@${reader.nameOf(token.id)}`
    case 'channel':
      return `#${reader.nameOf(token.id)}`
    case 'link':
      return unescapeText(token.label ?? token.url.replace(/^mailto:/, ''))
    case 'special':
      if (token.name.startsWith('date^')) return unescapeText(renderDate(token.name, token.label, reader.now))
      return `@${token.label?.replace(/^@/, '') ?? token.name.replace('subteam^', '')}`
  }
}

const styles = /(^|[\s([{"'*_~])([*_~])(\S(?:[^\n]*?\S)?)\2(?=$|[\s)\]}"'.,:;!?*_~])/gm

/** Takes the marks of bold, italic and strike-through away, and the fences of code; inside code nothing is formatted. */
function withoutStyles(mrkdwn: string): string {
  return mrkdwn
    .split(/(```[\s\S]*?```|`[^`\n]+`)/)
    .map((part) => {
      if (part.startsWith('```')) return part.replace(/^```\n?|\n?```$/g, '')
      if (part.startsWith('`')) return part.slice(1, -1)
      return part.replace(styles, '$1$3').replace(styles, '$1$3')
    })
    .join('')
}
