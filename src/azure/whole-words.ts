const longest = 1_000

/**
 * The text in one line, without the frames of a stack, of at most 1,000 characters: a longer one ends between words, and never in the middle of a
 * scope.
 */
export function wholeWords(text: string): string {
  const line = text
    .replace(/\n\s*at\s.*/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  if (line.length <= longest) return line
  const cut = line.lastIndexOf(' ', longest - 1)
  if (cut > 0) return `${line.slice(0, cut)} …`
  // One word of that length, such as a list of policies as JSON: a scope in it is shown whole or not at all.
  const start = line.slice(0, longest).lastIndexOf('/subscriptions/')
  const [scope = ''] = start === -1 ? [] : (/^[^\s'",;)\]}]+/.exec(line.slice(start)) ?? [])
  const splits = start !== -1 && start + scope.length > longest - 2
  return `${line.slice(0, splits ? start : longest - 2).replace(/[\uD800-\uDBFF]$/, '')} …`
}
