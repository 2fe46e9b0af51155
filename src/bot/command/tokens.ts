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
}

/**
 * Splits at white space and commas. A quote opens only at the beginning of a word, or after a `/` as in `acme/"my service"`: an apostrophe inside a
 * word is a letter. A quote that nothing closes is a letter too.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let current = ''
  let quoted = false
  let index = 0
  const finish = () => {
    if (current !== '' || quoted) tokens.push({ text: current, quoted, end: index })
    current = ''
    quoted = false
  }
  while (index < text.length) {
    const character = text.charAt(index)
    const closing = current === '' || current.endsWith('/') ? closingOf(text, index) : undefined
    if (closing !== undefined) {
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

/** The text without a pair of quotes around all of it. */
export function unquote(text: string): string {
  const trimmed = text.trim()
  return closingOf(trimmed, 0) === trimmed.length - 1 ? trimmed.slice(1, -1).trim() : trimmed
}

function closingOf(text: string, opening: number): number | undefined {
  const ends = closers[text.charAt(opening)]
  if (ends === undefined) return undefined
  for (let index = opening + 1; index < text.length; index++) if (ends.includes(text.charAt(index))) return index
  return undefined
}
