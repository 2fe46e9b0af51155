import { sameId } from '../../domain/target.ts'
import { changeOf } from './allow-list.ts'
import { allListsOf } from './allow-lists.ts'
import { idsLeftBehind, isLeftBehind, unlisted } from './left-behind.ts'
import { organizationOf, removeEntries } from './organization-entry.ts'
import type { OrganizationEntries, Step, StepContext } from './step.ts'

/** Removes the organization's entries of deleted or replaced endpoints of this bot. */
export const replacedEntry: Step = {
  id: 'organization-entry-removal',
  title: 'old organization entry',
  resource: ({ services: [{ service }] }) => service.organizationName,
  needs: ['allow-list'],
  quiet: true,

  async plan(context) {
    const old = await oldEntries(context)
    if (old.length === 0) return { change: { kind: 'none' }, facts: {} }
    return { change: { kind: 'delete', fields: old.map(({ id }) => ({ name: 'id', before: id })) }, facts: {} }
  },

  async apply(context) {
    await removeEntries(await oldEntries(context), context)
  },
}

/** The entries to remove; of an approved plan only those that it names. An entry that a service still lists stays. */
async function oldEntries(context: StepContext): Promise<OrganizationEntries['entries']> {
  const { approved } = context
  if (idsLeftBehind(context).length === 0) return []
  const change = approved?.steps.find(({ id }) => id === replacedEntry.id)?.change
  const named = change !== undefined && 'fields' in change ? change.fields.map(({ before }) => before) : []
  const { entries } = await organizationOf(context)
  const old = entries.filter(
    ({ id }) => isLeftBehind(id, context) && (approved === undefined || named.some((each) => sameId(each, id))),
  )
  if (old.length === 0) return []
  const lists = await allListsOf(context)
  const listed = [...lists].flatMap(([id, { entries: now }]) => {
    const own = context.target.services.some(({ service }) => service.id === id)
    const leaving = own ? changeOf(now, context).remove : []
    return now.filter((entry) => !leaving.includes(entry))
  })
  return unlisted(old, listed)
}
