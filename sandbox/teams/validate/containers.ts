import { backgroundImage } from './picture-elements.ts'
import type { Fields } from './rule.ts'
import { boolean, byType, list, matching, nullOr, number, object, stringOr } from './rule.ts'
import type { Nested } from './vocabulary.ts'
import { containerStyle, elementFields, fallback, horizontalAlignment, pixels, placed, verticalAlignment } from './vocabulary.ts'

/** Actions that Teams shows; the rest it hides behind a menu. */
export const mostActions = 6

const width = stringOr(
  matching(/^(auto|stretch|\d+(\.\d+)?(px)?)$/i, 'auto, stretch, a weight, or a number of pixels such as 50px'),
  number,
)

/** What `Container`, `Column` and `TableCell` have in common. */
function boxFields({ selectAction }: Nested) {
  return {
    backgroundImage,
    bleed: boolean,
    minHeight: pixels,
    rtl: nullOr(boolean),
    selectAction,
    style: containerStyle,
    verticalContentAlignment: nullOr(verticalAlignment),
  } satisfies Fields
}

/** `Container`, `ColumnSet`, `ActionSet` and `Table`. */
export function containers(nested: Nested) {
  const common = elementFields(nested)
  return {
    Container: object({ required: { items: list(nested.element) }, optional: { ...common, ...boxFields(nested) } }),
    ColumnSet: object({
      optional: {
        ...common,
        bleed: boolean,
        columns: list(nested.column),
        horizontalAlignment: nullOr(horizontalAlignment),
        minHeight: pixels,
        selectAction: nested.selectAction,
        style: containerStyle,
      },
    }),
    ActionSet: object({ required: { actions: list(nested.action, { max: mostActions }) }, optional: common }),
    Table: table(nested),
  } satisfies Fields
}

/** Inside a `ColumnSet`, where its type need not be said. */
export function column(nested: Nested) {
  return object({
    type: 'Column',
    optional: {
      ...placed,
      ...boxFields(nested),
      fallback: fallback(nested.column),
      items: list(nested.element),
      width,
    },
  })
}

function table(nested: Nested) {
  const alignment = {
    horizontalCellContentAlignment: nullOr(horizontalAlignment),
    verticalCellContentAlignment: nullOr(verticalAlignment),
  } satisfies Fields
  const cell = object({ required: { items: list(nested.element) }, optional: boxFields(nested) })
  const row = object({ optional: { ...alignment, cells: list(byType({ TableCell: cell })), style: containerStyle } })
  return object({
    optional: {
      ...elementFields(nested),
      ...alignment,
      columns: list(object({ type: 'TableColumnDefinition', optional: { ...alignment, width } })),
      firstRowAsHeader: boolean,
      gridStyle: containerStyle,
      rows: list(byType({ TableRow: row })),
      showGridLines: boolean,
    },
  })
}
