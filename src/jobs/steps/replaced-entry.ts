import { sameId } from '../../domain/target.ts'
import { changeOf } from './allow-list.ts'
import { allListsOf, isIdOf } from './allow-lists.ts'
import { organizationOf, removeEntries, replacedIds } from './organization-entry.ts'
import type { OrganizationEntries, Step, StepContext } from './step.ts'

/** Removes what endpoints of ours that are gone, or made anew, have left behind in the organization. */
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

/** What is to go; of an approved plan only what that names. ClickHouse Cloud keeps what a service still lists. */
async function oldEntries(context: StepContext): Promise<OrganizationEntries['entries']> {
  const { approved, facts } = context
  const gone = [...replacedIds(context), ...(facts.orphanedIds ?? [])]
  if (gone.length === 0) return []
  const change = approved?.steps.find(({ id }) => id === replacedEntry.id)?.change
  const named = change !== undefined && 'fields' in change ? change.fields.map(({ before }) => before) : []
  const { entries } = await organizationOf(context)
  const old = entries.filter(
    ({ id }) =>
      !isIdOf(id, facts.endpoint) &&
      gone.some((each) => sameId(each, id)) &&
      (approved === undefined || named.some((each) => sameId(each, id))),
  )
  if (old.length === 0) return []
  const lists = await allListsOf(context)
  const listed = [...lists].flatMap(([id, { entries: now }]) => {
    const own = context.target.services.some(({ service }) => service.id === id)
    const leaving = own ? changeOf(now, context).remove : []
    return now.filter((entry) => !leaving.includes(entry))
  })
  return old.filter(({ id }) => !listed.some((entry) => sameId(entry, id)))
}
