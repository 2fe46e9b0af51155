import { isOurs } from '../../domain/ownership.ts'
import type { StepId } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import type { Observation, StepContext } from '../step.ts'
import { isIdOf } from './allow-lists.ts'

/**
 * What the removals share. They take away in the order that never leaves something pointing nowhere: allow lists, organization entry, record, link and
 * zone, endpoint. What another service still uses, and what this bot did not make, is kept, and the plan says so.
 */

export function keep(note: string): Omit<Observation, 'facts'> {
  return { change: { kind: 'none' }, kept: true, note }
}

/** The strings of a list that name the endpoint, or one of ours that is gone. */
export function listedIn(entries: readonly string[], { endpoint, ghost }: StepContext['facts']): readonly string[] {
  return entries.filter((entry) => isIdOf(entry, endpoint) || ghost?.ids.some((id) => sameId(id, entry)))
}

/** Names of services outside the request that list the endpoint. */
function otherUsers({ facts, target }: StepContext): readonly string[] {
  const asked = target.services.map(({ service }) => service.id)
  const others = [...(facts.allowLists ?? [])].filter(
    ([id, { entries }]) => !asked.includes(id) && listedIn(entries, facts).length > 0,
  )
  return others.map(([, { name }]) => name)
}

export function usedNote(context: StepContext): string | undefined {
  const users = otherUsers(context)
  return users.length === 0 ? undefined : `kept: ${users.join(', ')} still ${users.length === 1 ? 'uses' : 'use'} the endpoint`
}

/** An undo leaves alone what the request that it undoes did not make. */
export function sparedNote({ undoing }: StepContext, step: StepId): string | undefined {
  return undoing === undefined || undoing.made.has(step) ? undefined : `kept: ${undoing.request} did not make it`
}

/** Whether this bot made it; while a request is undone, whether that one did. */
export function isMine(tags: Readonly<Record<string, string>> | undefined, { undoing }: StepContext): boolean {
  return isOurs(tags, undoing?.request)
}
