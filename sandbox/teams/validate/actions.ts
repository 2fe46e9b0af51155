import { isObject } from '../json.ts'
import { submitsToTeams } from './msteams.ts'
import type { Fields, Rule } from './rule.ts'
import { anything, boolean, list, nonEmpty, nullOr, object, oneOf, record, string, stringOr } from './rule.ts'
import { link, picture } from './urls.ts'
import type { Nested } from './vocabulary.ts'
import { fallback, requires } from './vocabulary.ts'

const associatedInputs = oneOf('auto', 'none')

/** A text, or any object; `msteams` in it is Teams' own. */
const executeData = stringOr(string, record(anything))
const submitData: Rule = (data, at, report) => {
  executeData(data, at, report)
  if (isObject(data) && data.msteams !== undefined) submitsToTeams(data.msteams, `${at}.msteams`, report)
}

const target = stringOr(
  nonEmpty,
  object({ type: 'TargetElement', required: { elementId: nonEmpty }, optional: { isVisible: nullOr(boolean) } }),
)

/** What a button, or a tap, does; without those of a card inside the card. */
export function tapActions(nested: Nested) {
  const common = actionFields(nested)
  return {
    'Action.Execute': object({ optional: { ...common, associatedInputs, data: executeData, verb: string } }),
    'Action.Submit': object({
      optional: {
        ...common,
        associatedInputs,
        data: submitData,
        // https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions
        msteams: object({ optional: { feedback: object({ optional: { hide: boolean } }) } }),
      },
    }),
    'Action.OpenUrl': object({ required: { url: link }, optional: common }),
    'Action.ToggleVisibility': object({ required: { targetElements: list(target, { min: 1 }) }, optional: common }),
  } satisfies Fields
}

export function actions(nested: Nested) {
  return {
    ...tapActions(nested),
    'Action.ShowCard': object({ required: { card: nested.card }, optional: actionFields(nested) }),
  } satisfies Fields
}

function actionFields({ action }: Nested) {
  return {
    fallback: fallback(action),
    iconUrl: picture,
    id: string,
    isEnabled: boolean,
    mode: oneOf('primary', 'secondary'),
    requires,
    style: oneOf('default', 'positive', 'destructive'),
    title: string,
    tooltip: string,
  } satisfies Fields
}
