import { knownAfterApply } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import { isIdOf, listsOf } from './allow-lists.ts'
import { givenIds } from './endpoints.ts'
import { isLeftBehind } from './left-behind.ts'
import { checkFollowingEntry, organizationOf } from './organization-entry.ts'
import { orphanedIdsAmong } from './orphaned-ids.ts'
import type { Step, StepContext } from './step.ts'

/**
 * The services' allow lists. Either form of the endpoint's id counts as listed; a new entry has the form that the configuration asks for. An endpoint
 * that is listed in both forms keeps the configured one. Ids of deleted or replaced endpoints of this bot are removed.
 */
export const allowList: Step = {
  id: 'allow-list',
  title: 'allow list',
  resource: ({ services }) => services.map(({ service }) => service.name).join(', '),
  needs: ['private-endpoint', 'organization-entry'],

  async plan(context) {
    const { facts, target } = context
    const allowLists = await listsOf(context)
    facts.allowLists = allowLists
    facts.orphanedIds = await findOrphanedIds(context)
    const changes = target.services.map(({ service: { id, name } }) => {
      const entries = allowLists.get(id)?.entries ?? []
      const { add, remove } = changeOf(entries, context)
      return { id, name, entries, add, remove, after: entries.length + add.length - remove.length }
    })
    const seen = {
      listLengths: Object.fromEntries(changes.map(({ id, entries, after }) => [id, { before: entries.length, after }])),
    }
    const fields = changes.flatMap(({ name, entries, add, remove, after }) => {
      if (add.length === 0 && remove.length === 0) return []
      return [
        ...add.map((entry) => ({ name: `${name} id`, after: entry })),
        ...remove.map((entry) => ({ name: `${name} id`, before: entry })),
        { name: `${name} entries`, before: String(entries.length), after: String(after), follows: true as const },
      ]
    })
    if (fields.length > 0) return { change: { kind: 'update', fields }, facts: {}, seen }
    // No change of a list is left that could register the endpoint with the organization.
    await checkFollowingEntry(context)
    return { change: { kind: 'none' }, facts: {}, seen }
  },

  async apply(context) {
    const { target, clouds, facts, fence, noteListed, signal } = context
    if (facts.endpoint === undefined) return
    for (const { service } of target.services) {
      const change = changeOf(facts.allowLists?.get(service.id)?.entries ?? [], context)
      if (change.add.length === 0 && change.remove.length === 0) continue
      await fence()
      if (change.add.length > 0) await noteListed({ list: service.id, ids: change.add })
      await clouds.clickhouse.changeAllowList(service.organizationId, service.id, change, signal)
    }
    const { id } = facts.endpoint
    // A connection that was approved already stays so: it is looked at beside the lists. Another one takes its time.
    if (facts.endpoint.connection === 'Approved')
      facts.stateAhead = clouds.network.endpointState(id, signal).catch(() => undefined)
    await checkFollowingEntry(context)
  },
}

/** What one list has to gain and to lose, as the exact strings of the list. */
export function changeOf(
  entries: readonly string[],
  context: StepContext,
): { add: readonly string[]; remove: readonly string[] } {
  const { facts, target } = context
  const { endpoint } = facts
  const wanted = target.network.endpoints?.listAs === 'resource-id' ? endpoint?.id : endpoint?.guid
  const listed = entries.filter((entry) => isIdOf(entry, endpoint))
  const kept = listed.find((entry) => sameId(entry, wanted)) ?? listed[0]
  return {
    add: kept === undefined ? [wanted ?? knownAfterApply] : [],
    remove: [...listed.filter((entry) => entry !== kept), ...entries.filter((entry) => isLeftBehind(entry, context))],
  }
}

/** Reads the organization only when the lists hold other ids: a first setup needs the calls for its changes. */
async function findOrphanedIds(context: StepContext): Promise<readonly string[]> {
  const { facts, target } = context
  const listed = [...(facts.allowLists?.values() ?? [])].flatMap(({ entries }) => entries)
  const others = listed.filter((entry) => !isIdOf(entry, facts.endpoint))
  const organization = facts.organization ?? (others.length === 0 ? undefined : await organizationOf(context))
  if (organization === undefined) return []
  facts.organization = organization
  // The endpoint that is about to be made may get this Resource ID again.
  const own = facts.endpoint === undefined ? givenIds(target.services[0].service, context) : []
  const all = [...others, ...organization.entries.map(({ id }) => id)]
  const ids = all.filter((id) => !own.some((each) => sameId(each, id)))
  return await orphanedIdsAmong(ids, organization, context)
}
