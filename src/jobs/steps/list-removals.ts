import { sameId } from '../../domain/target.ts'
import type { Step, StepContext } from '../step.ts'
import { allListsOf, isIdOf } from './allow-lists.ts'
import { endpointToRemove } from './endpoint-to-remove.ts'
import { isOurEntry } from './organization-entry.ts'
import { isMine, keep, sparedNote, usedNote } from './removal.ts'

/** The exact strings of a list that name the endpoint, or one of ours that is gone. */
function listedIn(entries: readonly string[], { facts }: StepContext): readonly string[] {
  const { endpoint, ghost } = facts
  return entries.filter((entry) => isIdOf(entry, endpoint) || ghost?.ids.some((id) => sameId(id, entry)))
}

export const allowListRemoval: Step = {
  id: 'allow-list-removal',
  title: 'allow list',
  resource: ({ services }) => services.map(({ service }) => service.name).join(', '),
  needs: [endpointToRemove.id],

  async plan(context) {
    const allowLists = await allListsOf(context)
    const spared = sparedNote(context, 'allow-list')
    if (spared !== undefined) return { ...keep(spared), facts: { allowLists } }
    const fields = context.target.services.flatMap(({ service }) =>
      listedIn(allowLists.get(service.id)?.entries ?? [], context).map((entry) => ({ name: service.name, before: entry })),
    )
    if (fields.length === 0) return { ...keep('not listed'), facts: { allowLists } }
    return { change: { kind: 'delete', fields }, facts: { allowLists } }
  },

  async apply(context) {
    const { target, facts, clouds, fence, signal } = context
    for (const { service } of target.services) {
      const remove = listedIn(facts.allowLists?.get(service.id)?.entries ?? [], context)
      if (remove.length === 0) continue
      await fence()
      await clouds.clickhouse.changeAllowList(service.organizationId, service.id, { remove }, signal)
    }
  },
}

export const organizationEntryRemoval: Step = {
  id: 'organization-entry-removal',
  title: 'organization entry',
  resource: ({ services: [{ service }] }) => service.organizationName,
  needs: [allowListRemoval.id],

  async plan(context) {
    const kept = sparedNote(context, 'organization-entry') ?? usedNote(context)
    if (kept !== undefined) return { ...keep(kept), facts: {} }
    const entries = await entriesOf(context)
    if (entries.length === 0) return { ...keep('kept: not made by this bot, or not there'), facts: {} }
    return { change: { kind: 'delete', fields: entries.map(({ id }) => ({ name: 'id', before: id })) }, facts: {} }
  },

  async apply(context) {
    const { target, clouds, fence, signal } = context
    const [{ service }] = target.services
    for (const { id, description, region } of await entriesOf(context)) {
      await fence()
      const entry = { id, description: description ?? '', region: region ?? service.region }
      await clouds.clickhouse.removeOrganizationEntry(service.organizationId, entry, signal)
    }
  },
}

/**
 * That of an endpoint of ours; and those that we made for this network, for this endpoint or for none that a service lists any more: deleting a service
 * leaves such behind.
 */
async function entriesOf(context: StepContext) {
  const { target, clouds, facts, signal } = context
  const { privateEndpoints } = await clouds.clickhouse.organization(target.services[0].service.organizationId, signal)
  const listed = [...(facts.allowLists?.values() ?? [])].flatMap(({ entries }) => entries)
  const lingers = (id: string) =>
    !listed.some((entry) => sameId(entry, id)) || facts.ghost?.ids.some((ghost) => sameId(ghost, id))
  const mine = isMine(facts.endpoint?.tags, context)
  return privateEndpoints.filter((entry) => {
    const ours = isOurEntry(entry, target.network.name)
    return isIdOf(entry.id, facts.endpoint) ? mine || ours : ours && lingers(entry.id)
  })
}
