import type { Fields, Rule } from './rule.ts'
import { boolean, list, matching, nonEmpty, number, object, oneOf, string } from './rule.ts'
import type { Nested } from './vocabulary.ts'
import { elementFields } from './vocabulary.ts'

const date = matching(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a date such as 2026-01-31')
const time = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 23:59')

const expression: Rule = (value, at, report) => {
  string(value, at, report)
  try {
    if (typeof value === 'string') new RegExp(value)
  } catch {
    report(`${at} is no regular expression`)
  }
}

const choice = object({ type: 'Input.Choice', required: { title: string, value: string } })

/** Whatever a person fills in or chooses. The answer carries it by the `id`. */
export function inputs(nested: Nested) {
  const common = { ...elementFields(nested), errorMessage: string, isRequired: boolean, label: string } satisfies Fields
  const input = (optional: Fields, required: Fields = {}) =>
    object({ required: { id: nonEmpty, ...required }, optional: { ...common, ...optional } })
  return {
    'Input.Text': input({
      inlineAction: nested.selectAction,
      isMultiline: boolean,
      maxLength: number,
      placeholder: string,
      regex: expression,
      style: oneOf('text', 'tel', 'url', 'email', 'password'),
      value: string,
    }),
    // "filtered" is documented, though the published schema leaves it out: https://adaptivecards.io/explorer/Input.ChoiceSet.html
    'Input.ChoiceSet': input(
      {
        'choices.data': object({
          type: 'Data.Query',
          required: { dataset: nonEmpty },
          optional: { count: number, skip: number },
        }),
        isMultiSelect: boolean,
        placeholder: string,
        style: oneOf('compact', 'expanded', 'filtered'),
        value: string,
        wrap: boolean,
      },
      { choices: list(choice, { min: 1 }) },
    ),
    'Input.Toggle': input({ value: string, valueOff: string, valueOn: string, wrap: boolean }, { title: string }),
    'Input.Date': input({ max: date, min: date, placeholder: string, value: date }),
    'Input.Time': input({ max: time, min: time, placeholder: string, value: time }),
    'Input.Number': input({ max: number, min: number, placeholder: string, value: number }),
  } satisfies Fields
}
