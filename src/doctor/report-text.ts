import { styleText } from 'node:util'
import type { CheckupLevel, CheckupResult } from '../domain/checkup.ts'
import { cleanText } from '../domain/hostile-text.ts'
import type { GroupReport } from './run-checkups.ts'

/** The longest line of a finding, in code points. */
const longest = 1_000

const signs = { ok: '✓', warn: '!', fail: '✗', skipped: '–' } as const satisfies Record<CheckupLevel, string>
const colours = { ok: 'green', warn: 'yellow', fail: 'red', skipped: 'gray' } as const satisfies Record<CheckupLevel, string>

/** What people read: a line for each answer, with the remedy below a finding. Readable without colour. */
export function reportText(groups: readonly GroupReport[], { colour }: { readonly colour: boolean }): string {
  const paint = (level: CheckupLevel, text: string) =>
    colour ? styleText(colours[level], text, { validateStream: false }) : text
  const lines = groups.flatMap(({ group, results }) => [
    group,
    ...results.flatMap((result) => {
      const { level, text, remedy } = cleaned(result)
      return [`  ${paint(level, signs[level])} ${text}`, ...(remedy === undefined ? [] : [`    → ${remedy}`])]
    }),
  ])
  return `${[...lines, '', summary(groups)].join('\n')}\n`
}

/** e.g. `1 fault, 2 warnings, 14 in order`. */
function summary(groups: readonly GroupReport[]): string {
  const count = (level: CheckupLevel) =>
    groups.flatMap(({ results }) => results).filter((result) => result.level === level).length
  const some = (number: number, one: string, more: string) => (number === 0 ? [] : [`${number} ${number === 1 ? one : more}`])
  return [
    ...some(count('fail'), 'fault', 'faults'),
    ...some(count('warn'), 'warning', 'warnings'),
    ...some(count('skipped'), 'not checked', 'not checked'),
    `${count('ok')} in order`,
  ].join(', ')
}

/** Vendors' text in it is made safe to print in one line. */
export function cleaned({ code, level, text, remedy }: CheckupResult): CheckupResult {
  return {
    code: cleanText(code, 100),
    level,
    text: cleanText(text, longest),
    ...(remedy !== undefined && { remedy: cleanText(remedy, longest) }),
  }
}
