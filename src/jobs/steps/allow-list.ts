import { knownAfterApply } from '../../domain/plan.ts'
import { sameId } from '../../domain/target.ts'
import type { Step, StepContext } from '../step.ts'
import { isIdOf, listsOf } from './allow-lists.ts'
import { checkFollowingEntry } from './organization-entry.ts'

/**
 * The services' allow lists. Either form of the endpoint's id counts as listed; a new entry has the form that the configuration asks for. An endpoint
 * that is listed in both forms keeps that one, and ids of an endpoint that was made anew go.
 */
export const allowList: Step = {
  id: 'allow-list',
  title: 'allow list',
  resource: ({ services }) => services.map(({ service }) => service.name).join(', '),
  needs: ['private-endpoint', 'organization-entry'],

  async plan(context) {
    const lists = await listsOf(context)
    const fields = context.target.services.flatMap(({ service: { id, name } }) => {
      const entries = lists.get(id)?.entries ?? []
      const { add, remove } = changeOf(entries, context)
      if (add.length === 0 && remove.length === 0) return []
      return [
        ...add.map((entry) => ({ name: `${name} id`, after: entry })),
        ...remove.map((entry) => ({ name: `${name} id`, before: entry })),
        { name: `${name} entries`, before: String(entries.length), after: String(entries.length + add.length - remove.length) },
      ]
    })
    return { change: fields.length === 0 ? { kind: 'none' } : { kind: 'update', fields }, facts: { allowLists: lists } }
  },

  async apply(context) {
    const { target, clouds, facts, fence, signal } = context
    if (facts.endpoint === undefined) return
    for (const { service } of target.services) {
      const change = changeOf(facts.allowLists?.get(service.id)?.entries ?? [], context)
      if (change.add.length === 0 && change.remove.length === 0) continue
      await fence()
      await clouds.clickhouse.changeAllowList(service.organizationId, service.id, change, signal)
    }
    await checkFollowingEntry(context)
  },
}

/** What one list lacks and what it holds too much, as the exact strings of the list. */
function changeOf(entries: readonly string[], context: StepContext): { add: readonly string[]; remove: readonly string[] } {
  const { facts, target, replacedIds } = context
  const { endpoint } = facts
  const wanted = target.network.endpoints?.listAs === 'resource-id' ? endpoint?.id : endpoint?.guid
  const listed = entries.filter((entry) => isIdOf(entry, endpoint))
  const kept = listed.find((entry) => sameId(entry, wanted)) ?? listed[0]
  const replaced = [...replacedIds, ...(facts.replacedIds ?? [])]
  const stale = entries.filter((entry) => replaced.some((id) => sameId(id, entry)))
  return {
    add: kept === undefined ? [wanted ?? knownAfterApply] : [],
    remove: [...listed.filter((entry) => entry !== kept), ...stale],
  }
}
