import { sameId } from '../../domain/target.ts'
import type { Step, StepContext } from '../step.ts'
import { allListsOf, isIdOf } from './allow-lists.ts'
import { endpointToRemove } from './endpoint-to-remove.ts'
import { otherEndpoints } from './endpoints.ts'
import { isOurEntry } from './organization-entry.ts'
import { isMine, keep, listedIn, sparedNote, usedNote } from './removal.ts'

/** What is to leave the list of a service; an undo takes back only what the undone request put there. */
function removedFrom(serviceId: string, { facts, undoing }: StepContext): readonly string[] {
  const listed = listedIn(facts.allowLists?.get(serviceId)?.entries ?? [], facts)
  return undoing === undefined || undoing.listed.has(serviceId) ? listed : []
}

export const allowListRemoval: Step = {
  id: 'allow-list-removal',
  title: 'allow list',
  resource: ({ services }) => services.map(({ service }) => service.name).join(', '),
  needs: [endpointToRemove.id],

  async plan(context) {
    const allowLists = await allListsOf(context)
    context.facts.allowLists = allowLists
    const spared = sparedNote(context, 'allow-list')
    if (spared !== undefined) return { ...keep(spared), facts: { allowLists } }
    const fields = context.target.services.flatMap(({ service }) =>
      removedFrom(service.id, context).map((entry) => ({ name: service.name, before: entry })),
    )
    if (fields.length === 0) return { ...keep('not listed'), facts: { allowLists } }
    return { change: { kind: 'delete', fields }, facts: { allowLists } }
  },

  async apply(context) {
    const { target, clouds, fence, signal } = context
    for (const { service } of target.services) {
      const remove = removedFrom(service.id, context)
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
 * That of an endpoint of ours; and those that we made for this network which belong to no live endpoint and which no service lists any more: deleting a
 * service leaves such behind. An undo leaves those alone.
 */
async function entriesOf(context: StepContext) {
  const { target, clouds, facts, undoing, signal } = context
  const { privateEndpoints } = await clouds.clickhouse.organization(target.services[0].service.organizationId, signal)
  const asked = target.services.map(({ service }) => service.id)
  const listed = [...(facts.allowLists ?? [])].flatMap(([id, { entries }]) => {
    const leaving = asked.includes(id) ? removedFrom(id, context) : []
    return entries.filter((entry) => !leaving.includes(entry))
  })
  const mine = isMine(facts.endpoint?.tags, context)
  const ours = privateEndpoints.filter((entry) => isOurEntry(entry, target.network.name))
  const own = privateEndpoints.filter((entry) => isIdOf(entry.id, facts.endpoint) && (mine || ours.includes(entry)))
  const orphans = ours.filter(({ id }) => !isIdOf(id, facts.endpoint) && !listed.some((entry) => sameId(entry, id)))
  if (undoing !== undefined || orphans.length === 0) return own
  // What a list calls by the other form of its id is in use all the same.
  const live = await otherEndpoints(context, facts.endpoint?.id)
  return [...own, ...orphans.filter(({ id }) => !live.some((endpoint) => isIdOf(id, endpoint)))]
}
