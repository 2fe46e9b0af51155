import { tapActions } from './actions.ts'
import type { Rule } from './rule.ts'
import { byType, list, nonEmpty, object, string } from './rule.ts'
import type { Nested } from './vocabulary.ts'

/** https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views */
const mostReaders = 60

/** Whose client asks for a view of their own, and by which action. */
export function refresh(nested: Nested): Rule {
  const action = byType({ 'Action.Execute': tapActions(nested)['Action.Execute'] })
  return object({
    type: 'Refresh',
    required: { action },
    optional: { userIds: list(nonEmpty, { max: mostReaders }) },
  })
}

/** How a client signs somebody in when the bot asks for it. */
export const signIn = object({
  type: 'Authentication',
  optional: {
    buttons: list(object({ required: { type: string, value: string }, optional: { image: string, title: string } })),
    connectionName: string,
    text: string,
    tokenExchangeResource: object({ type: 'TokenExchangeResource', required: { id: string, providerId: string, uri: string } }),
  },
})
