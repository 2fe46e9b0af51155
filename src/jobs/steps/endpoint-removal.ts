import { leadsTo } from './dns-record.ts'
import { dnsZoneRemoval } from './dns-removals.ts'
import { gone, isMine, isUsedByNow, keep, refusedNote, removeOrKeep, sparedNote, usedNote } from './removal.ts'
import type { Step } from './step.ts'

export const privateEndpointRemoval: Step = {
  id: 'private-endpoint-removal',
  title: 'private endpoint',
  resource: ({ network }) => network.name,
  needs: [dnsZoneRemoval.id],

  async plan(context) {
    const { facts, clouds, signal } = context
    const kept = sparedNote(context, 'private-endpoint') ?? refusedNote(context, 'endpoint') ?? usedNote(context)
    if (kept !== undefined) return { ...keep(kept), facts: {} }
    const id = facts.endpoint?.id
    const endpoint = id === undefined ? undefined : await clouds.network.endpoint(id, signal)
    if (endpoint === undefined) return { ...gone(), facts: {} }
    if (!isMine(endpoint.tags, context)) return { ...keep(`kept: ${endpoint.name} was not made by this bot`), facts: {} }
    const { records = [], leavingRecords = [], refused } = facts
    // A record that Azure does not let go of does not keep the endpoint, which costs money.
    const staying = records.filter((record) => !leavingRecords.includes(record) && refused?.has(`record ${record.name}`) !== true)
    const left = staying.filter((record) => leadsTo(record, endpoint.address))
    if (left.length > 0) return { ...keep(`kept: the record ${left[0]?.name} still leads to it`), facts: {} }
    return { change: { kind: 'delete', fields: [{ name: 'name', before: endpoint.name }] }, facts: {} }
  },

  async apply(context) {
    const { facts, clouds, fence, signal } = context
    if (facts.endpoint === undefined || (await isUsedByNow(context))) return
    const { id } = facts.endpoint
    await fence()
    await removeOrKeep(context, 'endpoint', () => clouds.network.deleteEndpoint(id, signal))
  },
}
