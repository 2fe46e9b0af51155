import { actions, tapActions } from './actions.ts'
import { column, containers, mostActions } from './containers.ts'
import { inputs } from './inputs.ts'
import { cardForTeams } from './msteams.ts'
import { backgroundImage, pictureElements } from './picture-elements.ts'
import { refresh, signIn } from './refresh.ts'
import type { Fields, Rule } from './rule.ts'
import { boolean, byType, list, matching, nullOr, object, string } from './rule.ts'
import { textElements } from './text-elements.ts'
import { link } from './urls.ts'
import type { Nested } from './vocabulary.ts'
import { pixels, verticalAlignment } from './vocabulary.ts'

/** Elements hold elements, and actions cards: each is looked up when a card is checked. */
const nested: Nested = {
  element: (value, at, report) => element(value, at, report),
  column: (value, at, report) => columnOfSet(value, at, report),
  action: (value, at, report) => action(value, at, report),
  selectAction: (value, at, report) => tap(value, at, report),
  card: (value, at, report) => cardInside(value, at, report),
}

const action = byType(actions(nested))
const tap = byType(tapActions(nested))
const columnOfSet = column(nested)
const element = byType({ ...textElements(nested), ...pictureElements(nested), ...containers(nested), ...inputs(nested) })

const cardFields = {
  $schema: link,
  actions: list(nested.action, { max: mostActions }),
  backgroundImage,
  body: list(nested.element),
  fallbackText: string,
  lang: matching(/^[a-z]{2,3}$/i, 'a language such as en'),
  minHeight: pixels,
  rtl: nullOr(boolean),
  selectAction: nested.selectAction,
  speak: string,
  verticalContentAlignment: verticalAlignment,
} satisfies Fields

/** The card of an `Action.ShowCard`, whose version is that of the card around it. */
const cardInside: Rule = byType({ AdaptiveCard: object({ optional: { ...cardFields, version: string } }) })

/** A whole card by the schema of Adaptive Cards 1.5 and what Teams adds to it: types, required and unknown properties, and values. */
export const card: Rule = byType({
  AdaptiveCard: object({
    required: { version: string },
    optional: { ...cardFields, authentication: signIn, msteams: cardForTeams, refresh: refresh(nested) },
  }),
})
