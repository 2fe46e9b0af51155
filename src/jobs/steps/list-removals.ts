import { TerminalError } from '../../domain/errors.ts'
import { allListsOf, isIdOf } from './allow-lists.ts'
import { endpointToRemove } from './endpoint-to-remove.ts'
import { isLeftBehind, unlisted } from './left-behind.ts'
import { organizationOf, ourEntriesAmong, removeEntries } from './organization-entry.ts'
import { orphanedIdsAmong } from './orphaned-ids.ts'
import { gone, isMine, keep, leaving, stayingOn, undoneFrom, usedNote } from './removal.ts'
import type { Observation, OrganizationEntries, Step, StepContext } from './step.ts'

export const allowListRemoval: Step = {
  id: 'allow-list-removal',
  title: 'allow list',
  resource: ({ services }) => services.map(({ service }) => service.name).join(', '),
  needs: [endpointToRemove.id],

  async plan(context) {
    const { facts, target, undoing } = context
    facts.allowLists = await allListsOf(context)
    facts.orphanedIds = undoing === undefined ? await findOrphanedIds(context) : []
    const fields = target.services.flatMap(({ service: { id, name } }) =>
      leaving(id, context).map((entry) => ({ name, before: entry })),
    )
    if (fields.length > 0) return { change: { kind: 'delete', fields }, facts: {} }
    return { ...(undoing === undefined ? gone('not listed') : keep(`kept: ${undoing.request} did not list it`)), facts: {} }
  },

  async apply(context) {
    const { target, clouds, fence, signal } = context
    for (const { service } of target.services) {
      const remove = leaving(service.id, context)
      if (remove.length === 0) continue
      await fence()
      await clouds.clickhouse.changeAllowList(service.organizationId, service.id, { remove }, signal)
    }
  },
}

async function findOrphanedIds(context: StepContext): Promise<readonly string[]> {
  const { facts } = context
  facts.organization = await organizationOf(context)
  const listed = [...(facts.allowLists?.values() ?? [])].flatMap(({ entries }) => entries)
  const ids = [...listed, ...facts.organization.entries.map(({ id }) => id)]
  return await orphanedIdsAmong(ids, facts.organization, context)
}

export const organizationEntryRemoval: Step = {
  id: 'organization-entry-removal',
  title: 'organization entry',
  resource: ({ services: [{ service }] }) => service.organizationName,
  needs: [allowListRemoval.id],

  async plan(context) {
    const kept = usedNote(context)
    if (kept !== undefined) return { ...keep(kept), facts: {} }
    const entries = await unusedEntries(context)
    if (entries.length === 0) return { ...(await whyEntriesStay(context)), facts: {} }
    return { change: { kind: 'delete', fields: entries.map(({ id }) => ({ name: 'id', before: id })) }, facts: {} }
  },

  async apply(context) {
    try {
      await removeEntries(await unusedEntries(context), context)
    } catch (error) {
      // Another request may have put a service on a list meanwhile: the next look has to know.
      if (error instanceof TerminalError) context.facts.allowLists = await allListsOf(context)
      throw error
    }
  },
}

async function whyEntriesStay(context: StepContext): Promise<Omit<Observation, 'facts'>> {
  const { entries } = await organizationOf(context)
  const there = entries.some(({ id }) => isIdOf(id, context.facts.endpoint) || isLeftBehind(id, context))
  return there ? keep('kept: not made by this bot') : gone()
}

/**
 * The entries to remove: that of the endpoint, where this bot made either; and those of deleted endpoints of this bot, which stay when a service is deleted.
 * An undo removes only what the undone request registered. An entry that a service still lists stays.
 */
async function unusedEntries(context: StepContext): Promise<OrganizationEntries['entries']> {
  const { target, facts, undoing } = context
  const listed = stayingOn(context).flatMap(({ entries }) => entries)
  const { entries } = await organizationOf(context)
  const unused = unlisted(entries, listed)
  const ours = await ourEntriesAmong(unused, context)
  if (undoing !== undefined) {
    const ids = unused.map(({ id }) => id)
    const added = undoneFrom(target.services[0].service.organizationId, ids, undoing)
    return unused.filter((entry) => added.includes(entry.id) && (ours.includes(entry) || !entry.description))
  }
  const mine = isMine(facts.endpoint?.tags, context)
  return unused.filter((entry) =>
    isIdOf(entry.id, facts.endpoint) ? mine || ours.includes(entry) : isLeftBehind(entry.id, context),
  )
}
