import { createRequire } from 'node:module'
import type { JsonObject } from '../json.ts'
import { mostActions } from './containers.ts'

/** Microsoft's own parser of Adaptive Cards. Its modules are made for bundlers; the bundle that it ships loads as CommonJS. */
const library: typeof import('adaptivecards') = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js')

/** As many actions as Teams shows, where the parser by itself counts to five. */
const host = new library.HostConfig({ actions: { maxActions: mostActions } })

/**
 * Of version 1.6 for the parser, while Teams takes it in cards of 1.5:
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search
 */
const takenByTeams = 'Property "choices.data" is supported in version 1.6, but you are using version 1.5.'

/** What it says about a card; nothing where it has no complaint. */
export function parserProblems(card: JsonObject): readonly string[] {
  const parsed = new library.AdaptiveCard()
  parsed.hostConfig = host
  const context = new library.SerializationContext(library.Versions.v1_5)
  // The parser tests `lang` with one expression that remembers where it stopped, and so refuses every other card that has one.
  const { lang: _lang, ...rest } = card
  parsed.parse(rest, context)
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message).filter(
    (message) => message !== takenByTeams,
  )
  return [...events, ...parsed.validateProperties().validationEvents.map(({ message }) => message)]
}
