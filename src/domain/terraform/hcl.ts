/**
 * Writes HCL as `terraform fmt` would leave it: two spaces, `=` aligned in runs of one-line attributes, blank lines around everything else. It knows
 * only what an export needs. Text reaches the output through `text`, which escapes it; everything else is written by this program.
 */

/** A finished expression. Text from outside becomes one only through the functions of this file. */
export type Value =
  | { readonly kind: 'expression'; readonly hcl: string }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: Value])[] }

export type Item =
  | { readonly kind: 'attribute'; readonly name: string; readonly value: Value }
  | { readonly kind: 'block'; readonly type: string; readonly labels: readonly string[]; readonly items: readonly Item[] }
  /** Stands before the next item, without a blank line. Line ends within a line become spaces. */
  | { readonly kind: 'comment'; readonly lines: readonly string[] }

/** A quoted string that means exactly this text, whatever it holds. */
export function text(value: string): Value {
  return { kind: 'expression', hcl: quoted(value) }
}

export function list(values: readonly Value[]): Value {
  return { kind: 'expression', hcl: `[${values.map((value) => render(value, '')).join(', ')}]` }
}

/** An expression as it stands: never of text from outside. */
export function code(hcl: string): Value {
  return { kind: 'expression', hcl }
}

/** `name` is a constant of this program. */
export function call(name: string, ...values: readonly Value[]): Value {
  return { kind: 'expression', hcl: `${name}(${values.map((value) => render(value, '')).join(', ')})` }
}

/** `key` may be any text. */
export function element(map: string, key: string): Value {
  return { kind: 'expression', hcl: `${map}[${quoted(key)}]` }
}

/** An object whose keys are identifiers of this program. */
export function object(entries: Readonly<Record<string, Value>>): Value {
  return { kind: 'object', entries: Object.entries(entries) }
}

/** A map whose keys may be any text. */
export function textMap(entries: Readonly<Record<string, string>>): Value {
  return { kind: 'object', entries: Object.entries(entries).map(([key, value]) => [quoted(key), text(value)] as const) }
}

export function attribute(name: string, value: Value): Item {
  return { kind: 'attribute', name, value }
}

/** `labels` may be any text. */
export function block(type: string, labels: readonly string[], items: readonly Item[]): Item {
  return { kind: 'block', type, labels, items }
}

export function comment(...lines: readonly string[]): Item {
  return { kind: 'comment', lines }
}

/** The items of a file. */
export function hcl(items: readonly Item[]): string {
  return `${linesOf(items, '').join('\n')}\n`
}

function linesOf(items: readonly Item[], indent: string): readonly string[] {
  const lines: string[] = []
  let run: [name: string, value: string][] = []
  const endRun = () => {
    lines.push(...aligned(run, indent))
    run = []
  }
  items.forEach((item, at) => {
    const before = items[at - 1]
    const inRun = isOneLine(item) && before !== undefined && isOneLine(before)
    if (!inRun) {
      endRun()
      if (before !== undefined && before.kind !== 'comment') lines.push('')
    }
    if (item.kind === 'comment') lines.push(...item.lines.map((line) => `${indent}# ${oneLine(line)}`.trimEnd()))
    else if (item.kind === 'attribute') run.push([item.name, render(item.value, indent)])
    else lines.push(...blockLines(item, indent))
  })
  endRun()
  return lines
}

function blockLines({ type, labels, items }: Extract<Item, { kind: 'block' }>, indent: string): readonly string[] {
  const head = [type, ...labels.map(quoted)].join(' ')
  return items.length === 0 ? [`${indent}${head} {}`] : [`${indent}${head} {`, ...linesOf(items, `${indent}  `), `${indent}}`]
}

function render(value: Value, indent: string): string {
  if (value.kind === 'expression') return value.hcl
  if (value.entries.length === 0) return '{}'
  const items = value.entries.map(([name, inner]): Item => ({ kind: 'attribute', name, value: inner }))
  return ['{', ...linesOf(items, `${indent}  `), `${indent}}`].join('\n')
}

function isOneLine(item: Item): boolean {
  return item.kind === 'attribute' && (item.value.kind === 'expression' || item.value.entries.length === 0)
}

function aligned(run: readonly (readonly [name: string, value: string])[], indent: string): readonly string[] {
  const width = Math.max(...run.map(([name]) => columns(name)))
  return run.map(([name, value]) => `${indent}${name}${' '.repeat(width - columns(name))} = ${value}`)
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** `terraform fmt` counts a column for each grapheme. */
function columns(name: string): number {
  return [...graphemes.segment(name)].length
}

/** https://developer.hashicorp.com/terraform/language/expressions/strings: the escapes of quoted strings. */
function quoted(value: string): string {
  const escaped = value
    .toWellFormed()
    .replace(/[\\"]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, codeUnits)
    // A template begins with `${` or `%{`; doubling the sign ends it, but of several signs it is not clear which is doubled.
    .replace(/([$%]+)\{/g, (_all, signs: string) => `${signs.length === 1 ? signs + signs : signs.replace(/./g, codeUnits)}{`)
  return `"${escaped}"`
}

function codeUnits(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`
}

function oneLine(line: string): string {
  return line.toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
}
