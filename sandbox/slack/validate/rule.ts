import { isObject } from '../json.ts'

/** A rule looks at one value and reports what is wrong with it, in Slack's words, at a JSON pointer. */
export type Rule = (value: unknown, at: string, report: Report) => void
type Report = (problem: string, at: string) => void

/** Slack counts Unicode code points, not UTF-16 units or bytes. */
export function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

export function string({ min = 1, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}): Rule {
  return (value, at, report) => {
    if (typeof value !== 'string') return report('must provide a string', at)
    const length = codePoints(value)
    if (length < min) report(`must be more than ${min - 1} characters`, at)
    if (length > max) report(`must be less than ${max + 1} characters`, at)
  }
}

export function url(max: number): Rule {
  return (value, at, report) => {
    string({ max })(value, at, report)
    if (typeof value === 'string' && !URL.canParse(value)) report('must be a valid URL', at)
  }
}

export function matching(pattern: RegExp, name: string): Rule {
  return (value, at, report) => {
    if (typeof value !== 'string' || !pattern.test(value)) report(`must be a valid ${name}`, at)
  }
}

export const boolean: Rule = (value, at, report) => {
  if (typeof value !== 'boolean') report('must provide a boolean', at)
}

export function integer({ min, max }: { min: number; max: number }): Rule {
  return (value, at, report) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return report('must provide an integer', at)
    if (value < min) report(`must be at least ${min}`, at)
    if (value > max) report(`must be at most ${max}`, at)
  }
}

export function oneOf(...allowed: readonly unknown[]): Rule {
  return (value, at, report) => {
    if (!allowed.includes(value)) report(`must be one of ${allowed.join(', ')}`, at)
  }
}

export function list(item: Rule, { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}): Rule {
  return (value, at, report) => {
    if (!Array.isArray(value)) return report('must be an array', at)
    if (value.length < min) report(`no less than ${min} items allowed`, at)
    if (value.length > max) report(`no more than ${max} items allowed`, at)
    for (const [index, entry] of value.entries()) item(entry, `${at}/${index}`, report)
  }
}

export type Fields = Readonly<Record<string, Rule>>

/** An object with these fields and no others: Slack refuses fields that it does not know. */
export function object({ required, optional = {} }: { required: Fields; optional?: Fields }): Rule {
  return (value, at, report) => {
    if (!isObject(value)) return report('must provide an object', at)
    for (const name of Object.keys(required)) if (value[name] === undefined) report(`missing required field: ${name}`, at)
    for (const [name, entry] of Object.entries(value)) {
      if (entry === undefined || name === 'type') continue
      const rule = required[name] ?? optional[name]
      if (rule) rule(entry, `${at}/${name}`, report)
      else report(`invalid additional property: ${name}`, at)
    }
  }
}

/** Chooses the rule by the object's `type`. */
export function byType(rules: Fields): Rule {
  return (value, at, report) => {
    if (!isObject(value)) return report('must provide an object', at)
    const rule = typeof value.type === 'string' && Object.hasOwn(rules, value.type) ? rules[value.type] : undefined
    if (rule) rule(value, at, report)
    else report(`unsupported type: ${String(value.type)}`, `${at}/type`)
  }
}

export function all(...rules: readonly Rule[]): Rule {
  return (value, at, report) => {
    for (const rule of rules) rule(value, at, report)
  }
}

/** Runs a rule on its own; problems as Slack writes them into `response_metadata.messages`. */
export function problemsOf(rule: Rule, value: unknown, at: string): string[] {
  const problems: string[] = []
  rule(value, at, (problem, where) => problems.push(`[ERROR] ${problem} [json-pointer:${where}]`))
  return problems
}
