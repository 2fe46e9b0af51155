import type { ARecord, Zone } from '../../azure/private-dns.ts'
import type { Change } from '../../domain/plan.ts'
import { zoneNameOf } from '../../domain/target.ts'
import type { Step, StepContext } from '../step.ts'
import { labelsOf, leadsTo } from './dns-record.ts'
import { organizationEntryRemoval } from './list-removals.ts'
import { isMine, keep, sparedNote, usedNote } from './removal.ts'

const gone: Change = { kind: 'delete', fields: [] }

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
    context.facts.zone = zone
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

/**
 * Our records that lead to this very endpoint, or to one that is gone: the wildcard, and those of the services' own labels. Only in the zone that is
 * linked to this VNet: any other serves somebody else.
 */
export function removable(context: StepContext, records: readonly ARecord[]): readonly ARecord[] {
  const { facts, target } = context
  if (facts.zone?.link === undefined) return []
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
    const foreign = await foreignRecords(zone, context)
    if (foreign.length > 0) return { ...keep(otherRecords(foreign)), facts: { zone } }
    return isMine(zone.link.tags, context)
      ? { change: gone, facts: { zone } }
      : { ...keep('kept: not made by this bot'), facts: { zone } }
  },

  async apply({ facts, clouds, fence, signal }) {
    if (facts.zone?.link === undefined) return
    await fence()
    await clouds.dns.deleteLink(facts.zone, facts.zone.link, signal)
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
    const foreign = await foreignRecords(zone, context)
    if (foreign.length > 0) return { ...keep(otherRecords(foreign)), facts: { zone } }
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

/** Of any type, read now: the zone takes its records with it. */
async function foreignRecords(zone: Zone, context: StepContext): Promise<readonly string[]> {
  const removed = removable(context, context.facts.records ?? []).map(({ name }) => name)
  const sets = await context.clouds.dns.recordSets(zone, context.signal)
  const others = sets.filter(({ type, name }) => type !== 'SOA' && !(type === 'A' && removed.includes(name)))
  return others.map(({ type, name }) => `${name} ${type}`)
}

/** Link and zone serve every record of the zone, so they go only with the last. */
function whyZoneStays(context: StepContext): string | undefined {
  const records = context.facts.records ?? []
  const removed = removable(context, records)
  const others = records.filter((record) => !removed.includes(record)).map(({ name }) => name)
  return usedNote(context) ?? (others.length === 0 ? undefined : otherRecords(others))
}

function otherRecords(names: readonly string[]): string {
  return `kept: the zone has other records (${names.join(', ')})`
}
