import { isObject } from '../json.ts'

/** A rule looks at one value of a card, at a path such as `card.body[0].text`, and reports what is wrong with it. */
export type Rule = (value: unknown, at: string, report: Report) => void
export type Report = (problem: string) => void

/** Rules by the name of a property, or by the `type` of an object. */
export type Fields = Readonly<Record<string, Rule>>

export const anything: Rule = () => {}

export const string: Rule = (value, at, report) => {
  if (typeof value !== 'string') report(`${at} must be a string`)
}

export const nonEmpty: Rule = (value, at, report) => {
  if (typeof value !== 'string' || value === '') report(`${at} must be a string that is not empty`)
}

export const boolean: Rule = (value, at, report) => {
  if (typeof value !== 'boolean') report(`${at} must be a boolean`)
}

export const number: Rule = (value, at, report) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) report(`${at} must be a number`)
}

/** Words of Adaptive Cards count in any case: `Bolder` is `bolder`. */
export function oneOf(...allowed: readonly string[]): Rule {
  const known = new Set(allowed.map((each) => each.toLowerCase()))
  return (value, at, report) => {
    if (typeof value !== 'string' || !known.has(value.toLowerCase()))
      report(`${at} must be one of ${allowed.join(', ')}, not ${shown(value)}`)
  }
}

export function matching(pattern: RegExp, name: string): Rule {
  return (value, at, report) => {
    if (typeof value !== 'string' || !pattern.test(value)) report(`${at} must be ${name}, not ${shown(value)}`)
  }
}

/** Chooses between two rules by the kind of value: text goes by the first. */
export function stringOr(forString: Rule, otherwise: Rule): Rule {
  return (value, at, report) => (typeof value === 'string' ? forString : otherwise)(value, at, report)
}

export function nullOr(rule: Rule): Rule {
  return (value, at, report) => {
    if (value !== null) rule(value, at, report)
  }
}

export function list(item: Rule, { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}): Rule {
  return (value, at, report) => {
    if (!Array.isArray(value)) return report(`${at} must be a list`)
    if (value.length < min) report(`${at} has fewer than ${min} entries`)
    if (value.length > max) report(`${at} has over ${max} entries`)
    for (const [index, entry] of value.entries()) item(entry, `${at}[${index}]`, report)
  }
}

/** An object whose every value goes by one rule. */
export function record(rule: Rule): Rule {
  return (value, at, report) => {
    if (!isObject(value)) return report(`${at} must be an object`)
    for (const [key, entry] of Object.entries(value)) rule(entry, `${at}.${key}`, report)
  }
}

/** An object with these properties and no others. `type` may name what the place implies, and nothing else. */
export function object({ type, required = {}, optional = {} }: { type?: string; required?: Fields; optional?: Fields }): Rule {
  return (value, at, report) => {
    if (!isObject(value)) return report(`${at} must be an object`)
    for (const name of Object.keys(required)) if (value[name] === undefined) report(`${at}.${name} is missing`)
    for (const [name, entry] of Object.entries(value)) {
      if (entry === undefined) continue
      const rule = own(required, name) ?? own(optional, name)
      if (rule !== undefined) rule(entry, `${at}.${name}`, report)
      else if (name !== 'type') report(`${at} has no property ${name}`)
      else if (type !== undefined && entry !== type) report(`${at}.type must be ${type}, not ${shown(entry)}`)
    }
  }
}

/** Chooses the rule by the object's `type`, which it must have. */
export function byType(rules: Fields): Rule {
  return (value, at, report) => {
    if (!isObject(value)) return report(`${at} must be an object`)
    const rule = typeof value.type === 'string' ? own(rules, value.type) : undefined
    if (rule === undefined) report(`${at}: type ${shown(value.type)} is not allowed here`)
    else rule(value, at, report)
  }
}

/** What one of two rules allows; the second tells what is wrong. */
export function either(first: Rule, second: Rule): Rule {
  return (value, at, report) => {
    let isAllowed = true
    first(value, at, () => {
      isAllowed = false
    })
    if (!isAllowed) second(value, at, report)
  }
}

function own(fields: Fields, name: string): Rule | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value.slice(0, 60)}"` : typeof value
}
