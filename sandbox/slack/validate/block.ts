import { isObject } from '../json.ts'
import { anyText, blockId, plainText } from './composition.ts'
import { choices, contextText, image, interactive, typedInputs } from './element.ts'
import type { Fields, Rule } from './rule.ts'
import { all, boolean, byType, list, object, string, url } from './rule.ts'

/**
 * The blocks that this sandbox knows. Slack has more (tables, cards, video, files, rich text); those are refused here as an `unsupported type`
 * rather than let through unchecked.
 */

const common = { block_id: blockId }

const textOrFields: Rule = (block, at, report) => {
  if (isObject(block) && block.text === undefined && block.fields === undefined) report('missing required field: text', at)
}

const section = all(
  object({
    required: {},
    optional: {
      ...common,
      text: anyText(3000),
      fields: list(anyText(2000), { min: 1, max: 10 }),
      accessory: byType({ ...interactive, ...choices, image }),
      expand: boolean,
    },
  }),
  textOrFields,
)

const anywhere = {
  section,
  header: object({ required: { text: plainText(150) }, optional: common }),
  divider: object({ required: {}, optional: common }),
  context: object({
    required: { elements: list(byType({ image, plain_text: contextText, mrkdwn: contextText }), { min: 1, max: 10 }) },
    optional: common,
  }),
  actions: object({
    required: { elements: list(byType({ ...interactive, ...choices }), { min: 1, max: 25 }) },
    optional: common,
  }),
  image: object({
    required: { image_url: url(3000), alt_text: string({ max: 2000 }) },
    optional: { ...common, title: plainText(2000) },
  }),
  input: object({
    required: { label: plainText(2000), element: byType({ ...choices, ...typedInputs }) },
    optional: { ...common, hint: plainText(2000), optional: boolean, dispatch_action: boolean },
  }),
} satisfies Fields

export const messageBlock = byType({
  ...anywhere,
  markdown: object({ required: { text: string({ max: 12_000 }) }, optional: common }),
})

export const viewBlock = byType(anywhere)
