import type { Fields } from './rule.ts'
import { anything, boolean, byType, list, nullOr, number, object, oneOf, string, stringOr } from './rule.ts'
import type { Nested } from './vocabulary.ts'
import { colors, elementFields, fontSize, fontType, fontWeight, horizontalAlignment } from './vocabulary.ts'

const look = {
  color: colors,
  fontType,
  isSubtle: nullOr(boolean),
  size: fontSize,
  weight: fontWeight,
} satisfies Fields

const fact = object({ type: 'Fact', required: { title: string, value: string } })

/** `TextBlock`, `RichTextBlock` and `FactSet`. */
export function textElements(nested: Nested) {
  const common = elementFields(nested)
  const run = object({
    required: { type: anything, text: string },
    optional: {
      ...look,
      highlight: boolean,
      italic: boolean,
      selectAction: nested.selectAction,
      strikethrough: boolean,
      underline: boolean,
    },
  })
  return {
    TextBlock: object({
      required: { text: string },
      optional: {
        ...common,
        ...look,
        horizontalAlignment: nullOr(horizontalAlignment),
        maxLines: number,
        style: nullOr(oneOf('default', 'heading')),
        wrap: boolean,
      },
    }),
    RichTextBlock: object({
      required: { inlines: list(stringOr(string, byType({ TextRun: run }))) },
      optional: { ...common, horizontalAlignment: nullOr(horizontalAlignment) },
    }),
    FactSet: object({ required: { facts: list(fact) }, optional: common }),
  } satisfies Fields
}
