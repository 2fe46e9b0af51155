/** Line ends and tabs of every script: what separates words, so it becomes a space. */
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu

/**
 * Control characters, format characters (bidirectional overrides, zero-width joiners, tags: they make text look like other text) and halves of
 * surrogate pairs.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}]/gu

/**
 * Text from outside (certificates, DNS, HTTP bodies, error messages, names), made safe to print in one line: invisible characters are removed, line
 * ends are spaces, and what is longer than `maxLength` code points ends in "…". It is not escaped: each renderer does that for its own format.
 */
export function cleanText(text: string, maxLength: number): string {
  const clean = visible(text)
  const characters = [...clean]
  return characters.length <= maxLength ? clean : `${characters.slice(0, Math.max(0, maxLength - 1)).join('')}…`
}

/** The same, cut in the middle: names of one series differ at their end. */
export function cleanName(name: string, maxLength: number): string {
  const characters = [...visible(name)]
  if (characters.length <= maxLength) return characters.join('')
  const end = Math.floor(maxLength / 2)
  return `${characters.slice(0, Math.max(0, maxLength - end - 1)).join('')}…${end === 0 ? '' : characters.slice(-end).join('')}`
}

function visible(text: string): string {
  return text.replace(breaks, ' ').replace(invisible, '').trim()
}
