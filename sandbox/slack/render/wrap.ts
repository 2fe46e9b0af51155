/** Laying text out in columns of code points. */

export function width(text: string): number {
  return [...text].length
}

/** Breaks at spaces; a word that is longer than a line stays whole, so that names can be copied. */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => (width(line) <= columns ? [line] : wrapLine(line, columns)))
}

function wrapLine(line: string, columns: number): string[] {
  const indent = /^\s*/.exec(line)?.[0] ?? ''
  const lines: string[] = []
  let current = indent
  for (const word of line.trim().split(' ')) {
    const longer = current.trim() === '' ? current + word : `${current} ${word}`
    if (width(longer) > columns && current.trim() !== '') {
      lines.push(current)
      current = indent + word
    } else {
      current = longer
    }
  }
  return [...lines, current]
}

/** Two texts side by side. */
export function beside(left: readonly string[], right: readonly string[], columns: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const first = left[row] ?? ''
    return `${first}${' '.repeat(Math.max(1, columns - width(first)))}${right[row] ?? ''}`.trimEnd()
  })
}
