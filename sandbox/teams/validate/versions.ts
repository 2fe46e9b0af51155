import type { JsonObject } from '../json.ts'
import { typedObjects } from './typed-objects.ts'

/** Since which version 1.x a client knows a type, or a property of a card. http://adaptivecards.io/schemas/adaptive-card.json */
const typeSince: Readonly<Record<string, number>> = {
  Media: 1,
  'Action.ToggleVisibility': 2,
  ActionSet: 2,
  RichTextBlock: 2,
  'Action.Execute': 4,
  Table: 5,
}
const propertySince: Readonly<Record<string, number>> = { refresh: 4, authentication: 4 }

/** The newest version that Teams shows: 1.5. */
const newest = 5

/**
 * A version that Teams does not show, and what is newer than the version that the card states: a client of that version shows neither, and a card with
 * `refresh` or `Action.Execute` stops working.
 */
export function versionProblems(card: JsonObject): readonly string[] {
  const minor = /^1\.(\d)$/.exec(String(card.version))?.[1]
  if (minor === undefined || Number(minor) > newest)
    return [`card.version must be between 1.0 and 1.5, not ${String(card.version)}`]
  const isNewer = (since: number | undefined) => since !== undefined && since > Number(minor)
  return [
    ...Object.keys(propertySince).flatMap((name) =>
      card[name] !== undefined && isNewer(propertySince[name]) ? [`card.${name} is of version 1.${propertySince[name]}`] : [],
    ),
    ...typedObjects(card).flatMap(([path, { type }]) => {
      const since = typeSince[String(type)]
      return isNewer(since) ? [`${path}: ${String(type)} is of version 1.${since}`] : []
    }),
  ]
}
