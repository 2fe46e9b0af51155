import { isUnseen, plain } from '../../domain/pasted.ts'
import { linkAt } from './links.ts'

/** One word of what a person typed. */
export interface Token {
  readonly text: string
  /** Written in quotes, at least in part: such a word is a name, never a keyword. */
  readonly quoted: boolean
  /** Where it ends in the typed text. */
  readonly end: number
}

/** The closing quotes of each opening one. Chats replace straight quotes by curly ones, depending on the language. */
const closers: Readonly<Record<string, string>> = {
  '"': '"“”„',
  '“': '"“”',
  '”': '"“”',
  '„': '"“”',
  '«': '»',
  "'": "'‘’",
  '‘': "'’",
  '’': "'‘’",
  '‚': '‘’',
  '‹': '›',
  '`': '`',
}

/**
 * Splits at white space and commas. A quote opens only at the beginning of a word, or after a `/` as in `acme/"my service"`: an apostrophe inside a
 * word is a letter. A quote that nothing closes is a letter too. A link is its address; what cannot be seen, and signs that stand alone, are left out.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let current = ''
  let quoted = false
  let index = 0
  const lastOf = lastIn(text)
  const finish = () => {
    const word = quoted ? plain(current) : unmarked(plain(current))
    if (quoted || (word !== '' && !/^[\p{P}<>|+=~^$`]+$/u.test(word))) tokens.push({ text: word, quoted, end: index })
    current = ''
    quoted = false
  }
  while (index < text.length) {
    const character = text.charAt(index)
    const link = current === '' ? linkAt(text, index) : undefined
    const closing = current === '' || current.endsWith('/') ? closingOf(text, index, lastOf) : undefined
    if (link !== undefined) {
      current = link.address
      index = link.end
    } else if (isUnseen(character)) {
      index++
    } else if (closing !== undefined) {
      current += text.slice(index + 1, closing)
      quoted = true
      index = closing + 1
    } else if (/[\s,]/.test(character)) {
      finish()
      index++
    } else {
      current += character
      index++
    }
  }
  finish()
  return tokens
}

/** The word without the signs that chats make bold, italic or struck text of: `*word*`, `**word**`, `_word_`. */
function unmarked(word: string): string {
  const [, , inside] = /^([*_~]{1,3})([^*~]+)\1$/.exec(word) ?? []
  return inside ?? word
}

/** A whole command that was pasted as code, bold, struck or in quotes, without the signs around it. */
export function unwrapped(text: string): string {
  const [, sign = '', inside = ''] = /^[\s>]*(`{1,3}|\*{1,2}|_{1,2}|~{1,2})([^`*]+)\1\s*$/.exec(text) ?? []
  const whole = sign === '' ? unquote(text) : inside
  return /\s/.test(whole.trim()) ? whole : text
}

/** The text without a pair of quotes around all of it. */
export function unquote(text: string): string {
  const trimmed = text.trim()
  return closingOf(trimmed, 0) === trimmed.length - 1 ? trimmed.slice(1, -1).trim() : trimmed
}

function closingOf(text: string, opening: number, lastOf = lastIn(text)): number | undefined {
  const ends = closers[text.charAt(opening)]
  if (ends === undefined) return undefined
  // Whether there is any is asked first, and is remembered: else a text of opening quotes alone takes time by the square of its length.
  const found = [...ends].filter((end) => lastOf(end) > opening).map((end) => text.indexOf(end, opening + 1))
  return found.length === 0 ? undefined : Math.min(...found)
}

/** Where a character stands for the last time; below 0 where it does not. */
function lastIn(text: string): (character: string) => number {
  const known = new Map<string, number>()
  return (character) => {
    const last = known.get(character) ?? text.lastIndexOf(character)
    known.set(character, last)
    return last
  }
}
