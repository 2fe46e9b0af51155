import { isDeepStrictEqual } from 'node:util'
import { offered } from '../inputs.ts'
import { isObject, objectsOf } from '../json.ts'
import {
  actionId,
  anyText,
  confirmation,
  formattedOption,
  option,
  optionGroup,
  overflowOption,
  plainText,
  style,
} from './composition.ts'
import type { Fields, Rule } from './rule.ts'
import { all, boolean, integer, list, matching, object, oneOf, string, url } from './rule.ts'

/** What a person can click, choose or fill in. Each rule is keyed by the element's `type`. */

const actionable = { action_id: actionId }
const placeholder = plainText(150)
const chosen = { ...actionable, confirm: confirmation, focus_on_load: boolean, placeholder }
const date = matching(/^\d{4}-\d{2}-\d{2}$/, 'date')
const time = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'time')
const selectable = integer({ min: 1, max: 100 })
const dispatch = object({
  required: { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { min: 1, max: 2 }) },
})

/** Slack refuses an initial option that is not, field by field, one of those offered. */
const initialIsOffered: Rule = (element, at, report) => {
  if (!isObject(element)) return
  const options = offered(element)
  const initial = isObject(element.initial_option) ? [element.initial_option] : objectsOf(element, 'initial_options')
  for (const one of initial) {
    if (!options.some((candidate) => isDeepStrictEqual(candidate, one))) report('initial option is not one of the options', at)
  }
}

const optionsOrGroups: Rule = (element, at, report) => {
  if (!isObject(element)) return
  if (element.options === undefined && element.option_groups === undefined) report('missing required field: options', at)
  if (element.options !== undefined && element.option_groups !== undefined)
    report('only one of options, option_groups allowed', at)
}

function staticSelect(initial: Fields): Rule {
  const optional = {
    ...chosen,
    ...initial,
    options: list(option, { min: 1, max: 100 }),
    option_groups: list(optionGroup, { min: 1, max: 100 }),
  }
  return all(object({ required: {}, optional }), optionsOrGroups, initialIsOffered)
}

function chosenFrom(optionRule: Rule, initial: Fields): Rule {
  const required = { options: list(optionRule, { min: 1, max: 10 }) }
  return all(
    object({ required, optional: { ...actionable, confirm: confirmation, focus_on_load: boolean, ...initial } }),
    initialIsOffered,
  )
}

const typed = { ...actionable, placeholder, focus_on_load: boolean, dispatch_action_config: dispatch }

export const image = object({ required: { image_url: url(3000), alt_text: string({ max: 2000 }) } })
export const contextText = anyText(3000)

/** Elements that send something when a person clicks or chooses. */
export const interactive = {
  button: object({
    required: { text: plainText(75) },
    optional: {
      ...actionable,
      value: string({ max: 2000 }),
      url: url(3000),
      style,
      confirm: confirmation,
      accessibility_label: string({ max: 75 }),
    },
  }),
  overflow: object({
    required: { options: list(overflowOption, { min: 1, max: 5 }) },
    optional: { ...actionable, confirm: confirmation },
  }),
} satisfies Fields

/** Elements that hold a choice; they may also stand in an input block. */
export const choices = {
  static_select: staticSelect({ initial_option: option }),
  multi_static_select: staticSelect({ initial_options: list(option, { min: 1, max: 100 }), max_selected_items: selectable }),
  external_select: object({
    required: {},
    optional: { ...chosen, initial_option: option, min_query_length: integer({ min: 0, max: 3000 }) },
  }),
  checkboxes: chosenFrom(formattedOption, { initial_options: list(formattedOption, { min: 1, max: 10 }) }),
  radio_buttons: chosenFrom(formattedOption, { initial_option: formattedOption }),
  users_select: object({ required: {}, optional: { ...chosen, initial_user: string() } }),
  multi_users_select: object({
    required: {},
    optional: { ...chosen, initial_users: list(string()), max_selected_items: selectable },
  }),
  channels_select: object({ required: {}, optional: { ...chosen, initial_channel: string(), response_url_enabled: boolean } }),
  datepicker: object({ required: {}, optional: { ...chosen, initial_date: date } }),
  timepicker: object({ required: {}, optional: { ...chosen, initial_time: time, timezone: string() } }),
} satisfies Fields

/** Elements that are typed into: input blocks only. */
export const typedInputs = {
  plain_text_input: object({
    required: {},
    optional: {
      ...typed,
      initial_value: string({ min: 0, max: 3000 }),
      multiline: boolean,
      min_length: integer({ min: 0, max: 3000 }),
      max_length: integer({ min: 1, max: 3000 }),
    },
  }),
  email_text_input: object({ required: {}, optional: { ...typed, initial_value: string({ min: 0 }) } }),
  url_text_input: object({ required: {}, optional: { ...typed, initial_value: string({ min: 0 }) } }),
  number_input: object({
    required: { is_decimal_allowed: boolean },
    optional: { ...typed, initial_value: string(), min_value: string(), max_value: string() },
  }),
} satisfies Fields
