import type { ARecord } from '../../azure/private-dns.ts'
import { isOurs } from '../../domain/ownership.ts'
import type { Change, StepId } from '../../domain/plan.ts'
import { sameId, zoneNameOf } from '../../domain/target.ts'
import type { Observation, Step, StepContext } from '../step.ts'
import { allListsOf, isIdOf } from './allow-lists.ts'
import { labelsOf, leadsTo } from './dns-record.ts'
import { endpointToRemove } from './endpoint-to-remove.ts'
import { isOurEntry } from './organization-entry.ts'

/**
 * Taking away, in the order that never leaves something pointing nowhere: allow lists, organization entry, record, link and zone, endpoint. What
 * another service still uses, and what this bot did not make, is kept, and the plan says so.
 */

const none: Change = { kind: 'none' }
const gone: Change = { kind: 'delete', fields: [] }

const keep = (note: string): Omit<Observation, 'facts'> => ({ change: none, note })

/** Names of services outside the request that list the endpoint. */
function otherUsers({ facts, target }: StepContext): readonly string[] {
  const asked = target.services.map(({ service }) => service.id)
  const others = [...(facts.allowLists ?? [])].filter(
    ([id, { entries }]) => !asked.includes(id) && entries.some((entry) => isIdOf(entry, facts.endpoint)),
  )
  return others.map(([, { name }]) => name)
}

function usedNote(context: StepContext): string | undefined {
  const users = otherUsers(context)
  return users.length === 0 ? undefined : `kept: ${users.join(', ')} still ${users.length === 1 ? 'uses' : 'use'} the endpoint`
}

/** An undo leaves alone what the request that it undoes did not make. */
function sparedNote({ undoing }: StepContext, step: StepId): string | undefined {
  return undoing === undefined || undoing.made.has(step) ? undefined : `kept: ${undoing.request} did not make it`
}

const isMine = (tags: Readonly<Record<string, string>> | undefined, { undoing }: StepContext) => isOurs(tags, undoing?.request)

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

export const dnsRecordRemoval: Step = {
  id: 'dns-record-removal',
  title: 'A record',
  resource: (target) => `*.${zoneNameOf(target)}`,
  needs: [organizationEntryRemoval.id],

  async plan(context) {
    const kept = sparedNote(context, 'dns-record') ?? usedNote(context)
    const { target, clouds, signal } = context
    const [zone] = await clouds.dns.zones(zoneNameOf(target), target.network, signal)
    if (zone === undefined) return { ...keep('not there'), facts: {} }
    const records = await clouds.dns.aRecords(zone, signal)
    if (kept !== undefined) return { ...keep(kept), facts: { zone, records } }
    const removed = removable(context, records)
    if (removed.length === 0) return { ...keep('kept: not made by this bot, or not there'), facts: { zone, records } }
    const fields = removed.map(({ name, addresses }) => ({ name, before: addresses.join(', ') }))
    return { change: { kind: 'delete', fields }, facts: { zone, records } }
  },

  async apply(context) {
    const { facts, clouds, fence, signal } = context
    for (const record of removable(context, facts.records ?? [])) {
      if (facts.zone === undefined) return
      await fence()
      await clouds.dns.deleteARecord(facts.zone, record, signal)
    }
  },
}

/** Our records that lead to this very endpoint, or to one that is gone: the wildcard, and those of the services' own labels. */
function removable(context: StepContext, records: readonly ARecord[]): readonly ARecord[] {
  const { facts, target } = context
  const names = ['*', ...labelsOf(target)]
  return records.filter(
    (record) =>
      names.includes(record.name.toLowerCase()) &&
      (leadsTo(record, facts.endpoint?.address) || leadsNowhere(record, facts.ghost)) &&
      isMine(record.metadata, context),
  )
}

function leadsNowhere({ addresses }: ARecord, ghost: StepContext['facts']['ghost']): boolean {
  return ghost !== undefined && addresses.every((address) => !ghost.otherAddresses.includes(address))
}

export const networkLinkRemoval: Step = {
  id: 'network-link-removal',
  title: 'virtual network link',
  resource: ({ network }) => network.vnet,
  needs: [dnsRecordRemoval.id],

  async plan(context) {
    const why = sparedNote(context, 'network-link') ?? whyZoneStays(context)
    if (why !== undefined) return { ...keep(why), facts: {} }
    const { target, clouds, signal } = context
    const [zone] = await clouds.dns.zones(zoneNameOf(target), target.network, signal)
    if (zone?.link === undefined) return { ...keep('not there'), facts: {} }
    return isMine(zone.link.tags, context)
      ? { change: gone, facts: { zone } }
      : { ...keep('kept: not made by this bot'), facts: { zone } }
  },

  async apply({ facts, clouds, fence, signal }) {
    if (facts.zone?.link === undefined) return
    await fence()
    await clouds.dns.deleteLink(facts.zone, facts.zone.link.name, signal)
  },
}

export const dnsZoneRemoval: Step = {
  id: 'dns-zone-removal',
  title: 'private DNS zone',
  resource: zoneNameOf,
  needs: [networkLinkRemoval.id],

  async plan(context) {
    const why = sparedNote(context, 'dns-zone') ?? whyZoneStays(context)
    if (why !== undefined) return { ...keep(why), facts: {} }
    const { target, clouds, signal } = context
    const [zone] = await clouds.dns.zones(zoneNameOf(target), target.network, signal)
    if (zone === undefined) return { ...keep('not there'), facts: {} }
    if (zone.otherLinks > 0) return { ...keep(`kept: ${zone.otherLinks} other networks are linked to it`), facts: { zone } }
    const foreignLink = zone.link !== undefined && !isMine(zone.link.tags, context)
    return isMine(zone.tags, context) && !foreignLink
      ? { change: gone, facts: { zone } }
      : { ...keep('kept: not made by this bot'), facts: { zone } }
  },

  async apply({ facts, clouds, fence, signal }) {
    if (facts.zone === undefined) return
    await fence()
    await clouds.dns.deleteZone(facts.zone, signal)
  },
}

/** Link and zone serve every record of the zone, so they go only with the last. */
function whyZoneStays(context: StepContext): string | undefined {
  const records = context.facts.records ?? []
  const removed = removable(context, records)
  const others = records.filter((record) => !removed.includes(record)).map(({ name }) => name)
  return usedNote(context) ?? (others.length === 0 ? undefined : `kept: the zone has other records (${others.join(', ')})`)
}

export const privateEndpointRemoval: Step = {
  id: 'private-endpoint-removal',
  title: 'private endpoint',
  resource: ({ network }) => network.name,
  needs: [dnsZoneRemoval.id],

  async plan(context) {
    const { facts, target, clouds, signal } = context
    const kept = sparedNote(context, 'private-endpoint') ?? usedNote(context)
    if (kept !== undefined) return { ...keep(kept), facts: {} }
    const name = facts.endpoint?.name
    const endpoint = name === undefined ? undefined : await clouds.network.endpoint(target.network, name, signal)
    if (endpoint === undefined) return { ...keep('not there'), facts: {} }
    if (!isMine(endpoint.tags, context)) return { ...keep(`kept: ${endpoint.name} was not made by this bot`), facts: {} }
    const left = (facts.records ?? []).filter(
      (record) => !removable(context, facts.records ?? []).includes(record) && leadsTo(record, endpoint.address),
    )
    if (left.length > 0) return { ...keep(`kept: the record ${left[0]?.name} still leads to it`), facts: {} }
    return { change: { kind: 'delete', fields: [{ name: 'name', before: endpoint.name }] }, facts: {} }
  },

  async apply({ target, facts, clouds, fence, signal }) {
    if (facts.endpoint === undefined) return
    await fence()
    await clouds.network.deleteEndpoint(target.network, facts.endpoint.name, signal)
  },
}
