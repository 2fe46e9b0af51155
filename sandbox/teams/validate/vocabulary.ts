import type { Fields, Rule } from './rule.ts'
import { boolean, matching, nullOr, oneOf, record, string, stringOr } from './rule.ts'

/** Words and properties that many elements share. Schema of Adaptive Cards 1.5: http://adaptivecards.io/schemas/adaptive-card.json */

export const colors = nullOr(oneOf('default', 'dark', 'light', 'accent', 'good', 'warning', 'attention'))
export const fontSize = nullOr(oneOf('default', 'small', 'medium', 'large', 'extraLarge'))
export const fontType = nullOr(oneOf('default', 'monospace'))
export const fontWeight = nullOr(oneOf('default', 'lighter', 'bolder'))
export const containerStyle = nullOr(oneOf('default', 'emphasis', 'good', 'attention', 'warning', 'accent'))
export const horizontalAlignment = oneOf('left', 'center', 'right')
export const verticalAlignment = oneOf('top', 'center', 'bottom')
export const blockHeight = oneOf('auto', 'stretch')
export const pixels = matching(/^\d+(\.\d+)?px$/, 'a number of pixels such as 50px')

const spacing = oneOf('default', 'none', 'small', 'medium', 'large', 'extraLarge', 'padding')
/** Features of the client and their versions, e.g. `{"adaptiveCards": "1.2"}`. */
export const requires = record(string)
const drop = oneOf('drop')

/** What may stand inside an element; which types those are is known only where all are put together. */
export interface Nested {
  readonly element: Rule
  readonly column: Rule
  readonly action: Rule
  /** An action of a tap on a text, a picture or a container: any but `Action.ShowCard`. */
  readonly selectAction: Rule
  readonly card: Rule
}

/** What is shown by clients that do not know the object: another of its kind, or nothing. */
export function fallback(alternative: Rule): Rule {
  return stringOr(drop, alternative)
}

/** Of everything that can be hidden. */
const toggleable = { id: string, isVisible: boolean, requires } satisfies Fields

/** Of everything that stands below something else. */
export const placed = { ...toggleable, separator: boolean, spacing } satisfies Fields

export function elementFields({ element }: Nested) {
  return { ...placed, fallback: fallback(element), height: blockHeight } satisfies Fields
}
