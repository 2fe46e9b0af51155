/**
 * A message is at most 100 KB counted in UTF-16, so two bytes a unit; some of it is the activity around the card.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
 */
export const cardUnits = 45_000

/** Teams shows at most six actions of a set, and hides the others behind a menu. */
export const actionsInSet = 6

/** Longest title of an action, in UTF-16 units. */
export const actionTitle = 75

/** Longest summary, which notifications show, in UTF-16 units. */
export const summary = 300
