import type { Rule } from './rule.ts'
import { boolean, byType, list, object, oneOf, string, url } from './rule.ts'

/** The small objects that blocks and elements are made of: texts, options, confirmation dialogs. Lengths are Slack's documented ones. */

export function plainText(max: number): Rule {
  return byType({ plain_text: object({ required: { text: string({ max }) }, optional: { emoji: boolean } }) })
}

/** Where both kinds of text may stand. */
export function anyText(max: number): Rule {
  return byType({
    plain_text: plainText(max),
    mrkdwn: object({ required: { text: string({ max }) }, optional: { verbatim: boolean } }),
  })
}

export const actionId = string({ max: 255 })
export const blockId = string({ max: 255 })
export const style = oneOf('primary', 'danger')

export const confirmation = object({
  required: { text: anyText(300) },
  optional: { title: plainText(100), confirm: plainText(30), deny: plainText(30), style },
})

const value = string({ max: 150 })
const description = plainText(75)

export const option = object({ required: { text: plainText(75), value }, optional: { description } })
/** Checkboxes and radio buttons may format their options. */
export const formattedOption = object({ required: { text: anyText(75), value }, optional: { description: anyText(75) } })
export const overflowOption = object({ required: { text: plainText(75), value }, optional: { description, url: url(3000) } })

export const optionGroup = object({ required: { label: plainText(75), options: list(option, { min: 1, max: 100 }) } })
