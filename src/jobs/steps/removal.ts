import { isOurs, requestOf } from '../../domain/ownership.ts'
import type { StepId } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import { allListsOf, isIdOf } from './allow-lists.ts'
import type { Observation, StepContext, Undoing } from './step.ts'

/**
 * What the removals share. They take away in the order that never leaves something pointing nowhere: allow lists, organization entry, record, link and
 * zone, endpoint. What another service still uses, and what this bot did not make, is kept, and the plan says so.
 */

export function keep(note: string): Omit<Observation, 'facts'> {
  return { change: { kind: 'none' }, kept: true, note }
}

/** What the undone request has put on this list: that, and not what was there before or came afterwards. */
export function undoneFrom(list: string, entries: readonly string[], { listed }: Undoing): readonly string[] {
  const ids = listed.filter((listing) => listing.list === list).flatMap((listing) => listing.ids)
  return entries.filter((entry) => ids.some((id) => sameId(id, entry)))
}

/** What is to leave the list of a service, as the exact strings of the list. */
export function leaving(serviceId: string, { target, facts, undoing }: StepContext): readonly string[] {
  if (!target.services.some(({ service }) => service.id === serviceId)) return []
  const entries = facts.allowLists?.get(serviceId)?.entries ?? []
  if (undoing !== undefined) return undoneFrom(serviceId, entries, undoing)
  return entries.filter((entry) => isIdOf(entry, facts.endpoint) || isOrphaned(entry, facts))
}

/** What stays on the lists of all services. */
export function stayingOn(context: StepContext): readonly { readonly name: string; readonly entries: readonly string[] }[] {
  return [...(context.facts.allowLists ?? [])].map(([id, { name, entries }]) => {
    const gone = leaving(id, context)
    return { name, entries: entries.filter((entry) => !gone.includes(entry)) }
  })
}

function isOrphaned(entry: string, { orphanedIds = [] }: StepContext['facts']): boolean {
  return orphanedIds.some((id) => sameId(id, entry))
}

/** Whoever still lists the endpoint, or where that is gone, what it has left behind. */
export function usedNote(context: StepContext): string | undefined {
  const { facts } = context
  const names = (entry: string) => (facts.endpoint === undefined ? isOrphaned(entry, facts) : isIdOf(entry, facts.endpoint))
  const users = stayingOn(context)
    .filter(({ entries }) => entries.some(names))
    .map(({ name }) => name)
  return users.length === 0 ? undefined : `kept: ${users.join(', ')} still ${users.length === 1 ? 'uses' : 'use'} the endpoint`
}

/** Somebody may have listed the endpoint since the lists were read: whoever does needs what would be taken away now. The next look says so. */
export async function isUsedByNow(context: StepContext): Promise<boolean> {
  context.facts.allowLists = await allListsOf(context)
  return usedNote(context) !== undefined
}

/** An undo leaves alone what the request that it undoes did not make. */
export function sparedNote({ undoing }: StepContext, step: StepId): string | undefined {
  return undoing === undefined || undoing.made.has(step) ? undefined : `kept: ${undoing.request} did not make it`
}

/** Whether a request for this very network made it; while a request is undone, whether that one did. */
export async function isMadeHere(tags: Readonly<Record<string, string>> | undefined, context: StepContext): Promise<boolean> {
  const { target, undoing, networkOf } = context
  const request = requestOf(tags)
  if (request === undefined || undoing !== undefined) return isMine(tags, context)
  return (await networkOf(request))?.toLowerCase() === target.network.name.toLowerCase()
}

/** Whether this bot made it; while a request is undone, whether that one did. */
export function isMine(tags: Readonly<Record<string, string>> | undefined, { undoing }: StepContext): boolean {
  return isOurs(tags, undoing?.request)
}
