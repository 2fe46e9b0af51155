import { TerminalError } from '../../domain/errors.ts'
import { isMadeBy, isOurs, requestOf } from '../../domain/ownership.ts'
import type { StepId } from '../../domain/plan.ts'
import { sameName } from '../../domain/service-words.ts'
import { sameId } from '../../domain/target.ts'
import { allListsOf, isIdOf } from './allow-lists.ts'
import { isLeftBehind } from './left-behind.ts'
import type { Observation, Removed, StepContext, Undoing } from './step.ts'

/**
 * What the removals share. Their order is allow lists, organization entry, record, link, zone, endpoint: nothing that is left refers to something deleted.
 * What another service still uses, and what this bot did not make, is kept, and the plan says so.
 */

export function keep(note: string): Omit<Observation, 'facts'> {
  return { change: { kind: 'none' }, kept: true, note }
}

/** For what is not there, or no longer. */
export function gone(note = 'not there'): Omit<Observation, 'facts'> {
  return { ...keep(note), gone: true }
}

/** Codes with which Azure refuses a deletion for good: a lock, nested resources that no list may show, a policy that denies deletions. */
const forGood: readonly string[] = ['ScopeLocked', 'CannotDeleteResource', 'RequestDisallowedByPolicy']

/** Deletes, and notes in the facts what Azure refuses for good: it is kept, and the rest of the removal goes on. */
export async function removeOrKeep({ facts }: StepContext, what: Removed, remove: () => Promise<void>): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (!(error instanceof TerminalError) || !forGood.includes(error.code)) throw error
    facts.refused = new Map([...(facts.refused ?? []), [what, error.message]])
  }
}

/** Why these are kept, in Azure's words; undefined when Azure has refused none of them. */
export function refusedNote({ facts: { refused } }: StepContext, ...what: readonly Removed[]): string | undefined {
  const said = what.flatMap((each) => refused?.get(each) ?? [])
  return said.length === 0 ? undefined : `kept: ${said.join(' ')}`
}

/** The entries that the undone request put on this list, and no others. */
export function undoneFrom(list: string, entries: readonly string[], { listed }: Undoing): readonly string[] {
  const ids = listed.filter((listing) => listing.list === list).flatMap((listing) => listing.ids)
  return entries.filter((entry) => ids.some((id) => sameId(id, entry)))
}

/** What is removed from the list of a service, as the exact strings of the list. */
export function leaving(serviceId: string, context: StepContext): readonly string[] {
  const { target, facts, undoing } = context
  if (!target.services.some(({ service }) => service.id === serviceId)) return []
  const entries = facts.allowLists?.get(serviceId)?.entries ?? []
  if (undoing !== undefined) return undoneFrom(serviceId, entries, undoing)
  return entries.filter((entry) => isIdOf(entry, facts.endpoint) || isLeftBehind(entry, context))
}

/** What stays on the list of each service. */
export function stayingOn(context: StepContext): readonly { readonly name: string; readonly entries: readonly string[] }[] {
  return [...(context.facts.allowLists ?? [])].map(([id, { name, entries }]) => {
    const removed = leaving(id, context)
    return { name, entries: entries.filter((entry) => !removed.includes(entry)) }
  })
}

/** Names the services that still list the endpoint or, where it is deleted, its id; undefined when none does. */
export function usedNote(context: StepContext): string | undefined {
  const { facts } = context
  const names = (entry: string) => (facts.endpoint === undefined ? isLeftBehind(entry, context) : isIdOf(entry, facts.endpoint))
  const users = stayingOn(context)
    .filter(({ entries }) => entries.some(names))
    .map(({ name }) => name)
  return users.length === 0 ? undefined : `kept: ${users.join(', ')} still ${users.length === 1 ? 'uses' : 'use'} the endpoint`
}

/** Reads the lists again: whether a service that stays lists the endpoint now, and so needs what would be removed. */
export async function isUsedByNow(context: StepContext): Promise<boolean> {
  context.facts.allowLists = await allListsOf(context)
  return usedNote(context) !== undefined
}

/** Why an undo keeps what this step would remove: the undone request did not make it. Undefined otherwise. */
export function sparedNote({ undoing }: StepContext, step: StepId): string | undefined {
  return undoing === undefined || undoing.made.has(step) ? undefined : `kept: ${undoing.request} did not make it`
}

/** Whether a request for this network made it; during an undo, whether the undone request did. */
export async function isMadeHere(tags: Readonly<Record<string, string>> | undefined, context: StepContext): Promise<boolean> {
  const { target, undoing, networkOf } = context
  const request = requestOf(tags, context.maker)
  if (request === undefined || undoing !== undefined) return isMine(tags, context)
  return sameName(target.network.name, await networkOf(request))
}

/** Whether this bot made it; during an undo, whether the undone request did. */
export function isMine(tags: Readonly<Record<string, string>> | undefined, { maker, undoing }: StepContext): boolean {
  return undoing === undefined ? isOurs(tags, maker) : isMadeBy(tags, maker, undoing)
}
