import { sameId } from '../../domain/target.ts'
import { isIdOf } from './allow-lists.ts'
import type { StepContext } from './step.ts'

/** Ids of this bot's deleted or replaced endpoints, which setup and teardown remove from the lists of services and organizations. */

/** Ids of replaced and of deleted endpoints. */
export function idsLeftBehind({ facts, replacedIds }: StepContext): readonly string[] {
  return [...replacedIds, ...(facts.replacedIds ?? []), ...(facts.orphanedIds ?? [])]
}

/** Whether an entry of a list names a replaced or a deleted endpoint, and not the one that is in use. */
export function isLeftBehind(entry: string, context: StepContext): boolean {
  return !isIdOf(entry, context.facts.endpoint) && idsLeftBehind(context).some((id) => sameId(id, entry))
}

/** The organization's entries that are on none of the services' lists. ClickHouse Cloud does not remove an entry that a service lists. */
export function unlisted<Entry extends { readonly id: string }>(entries: readonly Entry[], listed: readonly string[]): Entry[] {
  return entries.filter(({ id }) => !listed.some((each) => sameId(each, id)))
}
