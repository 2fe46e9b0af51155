import type { Fields } from './rule.ts'
import { anything, byType, list, nonEmpty, object, oneOf, string } from './rule.ts'
import { httpsLink } from './urls.ts'

/** What Teams has added to Adaptive Cards; the schema knows none of it. */

const mention = object({
  required: { text: nonEmpty, mentioned: object({ required: { id: nonEmpty, name: nonEmpty } }) },
})

/** `msteams` of a card. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format */
export const cardForTeams = object({ optional: { entities: list(byType({ mention })), width: oneOf('full') } })

/** `msteams` in the data of `Action.Submit`. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions */
export const submitsToTeams = byType({
  'task/fetch': object({}),
  messageBack: object({ optional: { displayText: string, text: string, value: anything } }),
  imBack: object({ required: { value: nonEmpty } }),
  signin: object({ required: { value: httpsLink } }),
  invoke: object({ required: { value: anything } }),
} satisfies Fields)
