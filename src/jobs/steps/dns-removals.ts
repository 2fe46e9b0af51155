import type { ARecord } from '../../azure/private-dns.ts'
import type { Zone } from '../../azure/zone-reader.ts'
import { isCopy } from '../../domain/ownership.ts'
import type { Change } from '../../domain/plan.ts'
import { zoneNameOf } from '../../domain/target.ts'
import { labelsOf, leadsTo } from './dns-record.ts'
import { otherEndpoints } from './endpoints.ts'
import { organizationEntryRemoval } from './list-removals.ts'
import { fallingBack } from './names-that-move.ts'
import { gone, isMadeHere, isMine, isUsedByNow, keep, refusedNote, removeOrKeep, sparedNote, usedNote } from './removal.ts'
import type { Observation, Step, StepContext } from './step.ts'

const deletion: Change = { kind: 'delete', fields: [] }
const notOurs = 'kept: not made by this bot'

export const dnsRecordRemoval: Step = {
  id: 'dns-record-removal',
  title: 'A record',
  resource: (target) => `*.${zoneNameOf(target)}`,
  needs: [organizationEntryRemoval.id],

  async plan(context) {
    const found = await ownZone(context)
    if (found === undefined) return { ...gone(), facts: {} }
    const { zone, records } = found
    const { subscription, resourceGroup } = zone
    const seen = { zone: { subscription, resourceGroup } }
    const kept = sparedNote(context, 'dns-record') ?? usedNote(context)
    if (kept !== undefined) return { ...keep(kept), facts: { zone, records, leavingRecords: [] }, seen }
    const copies = records.filter(({ metadata }) => isCopy(metadata) && isMine(metadata, context))
    context.facts.fallingBack = copies.length === 0 ? [] : await fallingBack(zone, copies, context)
    const leavingRecords = (await removable(zone, records, context)).filter((record) => !isRefused(record, context))
    const facts = { zone, records, leavingRecords }
    if (leavingRecords.length === 0) return { ...whyRecordsStay(records, context), facts, seen }
    const fields = leavingRecords.map(({ name, addresses }) => ({ name, before: addresses.join(', ') }))
    const { otherVnets } = zone
    const warning = `${otherVnets.join(', ')} ${otherVnets.length === 1 ? 'is' : 'are'} linked to the zone as well, and will no longer reach the service by these records.`
    return { change: { kind: 'delete', fields }, facts, seen, ...(otherVnets.length > 0 && { warning }) }
  },

  async apply(context) {
    const { facts, clouds, fence, signal } = context
    if (await isUsedByNow(context)) return
    for (const record of facts.leavingRecords ?? []) {
      if (facts.zone === undefined) return
      const { zone } = facts
      await fence()
      await removeOrKeep(context, `record ${record.name}`, () => clouds.dns.deleteARecord(zone, record, signal))
    }
  },
}

function isRefused({ name }: ARecord, { facts: { refused } }: StepContext): boolean {
  return refused?.has(`record ${name}`) === true
}

/** Why no record is removed that is left in the zone. */
function whyRecordsStay(records: readonly ARecord[], context: StepContext): Omit<Observation, 'facts'> {
  const refused = refusedNote(context, ...records.map(({ name }) => `record ${name}` as const))
  if (refused !== undefined) return keep(refused)
  const names = ['*', ...labelsOf(context.target)]
  const there = records.filter(({ name }) => names.includes(name.toLowerCase()))
  if (there.length === 0) return gone()
  return keep(there.some(({ metadata }) => isMine(metadata, context)) ? 'kept: it leads elsewhere' : notOurs)
}

/**
 * The zone of this network's names: the one that is linked to its VNet. Where none is, because setup got no further or the link is deleted already, the one
 * that a request for this network has made or written to. Undefined otherwise: any other zone serves another network.
 */
async function ownZone(context: StepContext): Promise<{ zone: Zone; records: readonly ARecord[] } | undefined> {
  const { target, clouds, signal } = context
  const zones = await clouds.dns.zones(zoneNameOf(target), target.network, signal)
  const linked = zones.find(({ link }) => link !== undefined)
  for (const zone of linked === undefined ? zones : [linked]) {
    const records = await clouds.dns.aRecords(zone, signal)
    if (zone === linked || (await isMadeHere(zone.tags, context))) return { zone, records }
    for (const { metadata } of records) if (await isMadeHere(metadata, context)) return { zone, records }
  }
  return undefined
}

/**
 * The records of this bot that lead to the endpoint, or to a deleted one: the wildcard, and those of the services' own labels. Networks may have the same
 * addresses and share a zone: a record that no request for this network wrote is removed only where no other network is linked to the zone.
 */
async function removable(zone: Zone, records: readonly ARecord[], context: StepContext): Promise<readonly ARecord[]> {
  const { facts, target } = context
  const names = ['*', ...labelsOf(target)]
  const mine = records.filter(
    ({ name, metadata }) => names.includes(name.toLowerCase()) && isMine(metadata, context) && !isCopy(metadata),
  )
  const others = mine.some((record) => !leadsTo(record, facts.endpoint?.address))
    ? await otherEndpoints(context, facts.endpoint?.id)
    : { endpoints: [], partial: false }
  const found: ARecord[] = []
  for (const record of mine) {
    const here = leadsTo(record, facts.endpoint?.address)
    const isUsed = record.addresses.some((address) => others.endpoints.some((other) => other.address === address))
    // What could not be seen may still be there.
    const nowhere = !isUsed && !others.partial
    const trusted = zone.link !== undefined && (here || zone.otherLinks === 0)
    if ((here || nowhere) && (trusted || (await isMadeHere(record.metadata, context)))) found.push(record)
  }
  return found
}

/** The zone that the record's removal found, read again; undefined when it was deleted. */
async function zoneNow({ target, clouds, facts, signal }: StepContext): Promise<Zone | undefined> {
  const now = facts.zone && (await clouds.dns.zone(facts.zone, target.network, signal))
  if (now?.link === undefined) return now
  // A list may still show a link that is gone.
  const { link: listed, ...rest } = now
  const link = await clouds.dns.link(now, listed.name, target.network, signal)
  return link === undefined ? rest : { ...rest, link }
}

export const networkLinkRemoval: Step = {
  id: 'network-link-removal',
  title: 'virtual network link',
  resource: ({ network }) => network.vnet,
  needs: [dnsRecordRemoval.id],

  async plan(context) {
    const why = sparedNote(context, 'network-link') ?? refusedNote(context, 'link') ?? whyZoneStays(context)
    if (why !== undefined) return { ...keep(why), facts: {} }
    const zone = await zoneNow(context)
    if (zone?.link === undefined) return { ...gone(), facts: {} }
    const foreign = await foreignRecords(zone, context)
    if (foreign.length > 0) return { ...keep(otherRecords(foreign)), facts: {} }
    return isMine(zone.link.tags, context) ? { change: deletion, facts: {} } : { ...keep(notOurs), facts: {} }
  },

  async apply(context) {
    const { facts, clouds, fence, signal } = context
    if (facts.zone?.link === undefined) return
    const { zone } = facts
    const { link } = facts.zone
    await fence()
    await removeOrKeep(context, 'link', () => clouds.dns.deleteLink(zone, link, signal))
  },
}

export const dnsZoneRemoval: Step = {
  id: 'dns-zone-removal',
  title: 'private DNS zone',
  resource: zoneNameOf,
  needs: [networkLinkRemoval.id],

  async plan(context) {
    const why =
      sparedNote(context, 'dns-zone') ?? refusedNote(context, 'zone') ?? whyZoneStays(context) ?? whatIsLockedIn(context)
    if (why !== undefined) return { ...keep(why), facts: {} }
    const zone = await zoneNow(context)
    if (zone === undefined) return { ...gone(), facts: {} }
    if (zone.otherLinks > 0) return { ...keep(`kept: ${zone.otherLinks} other networks are linked to it`), facts: {} }
    const foreign = await foreignRecords(zone, context)
    if (foreign.length > 0) return { ...keep(otherRecords(foreign)), facts: {} }
    const foreignLink = zone.link !== undefined && !isMine(zone.link.tags, context)
    if (!isMine(zone.tags, context) || foreignLink) return { ...keep(notOurs), facts: {} }
    // A zone without a link to this network may be one that another network's request has just made and will link.
    const isHere = context.facts.zone?.link !== undefined || (await isMadeHere(zone.tags, context))
    return isHere ? { change: deletion, facts: {} } : { ...keep('kept: made for another network'), facts: {} }
  },

  async apply(context) {
    const { facts, clouds, fence, signal } = context
    if (facts.zone === undefined) return
    const { zone } = facts
    await fence()
    await removeOrKeep(context, 'zone', () => clouds.dns.deleteZone(zone, signal))
  },
}

/** Names and types of the records that would be deleted with the zone, read now. */
async function foreignRecords(zone: Zone, context: StepContext): Promise<readonly string[]> {
  const { leavingRecords = [], records = [], fallingBack: copies = [] } = context.facts
  const refused = records.filter((record) => isRefused(record, context))
  const removed = [...[...leavingRecords, ...refused].map(({ name }) => name), ...copies]
  const sets = await context.clouds.dns.recordSets(zone, context.signal)
  const others = sets.filter(({ type, name }) => type !== 'SOA' && !(type === 'A' && removed.includes(name)))
  return others.map(({ type, name }) => `${name} ${type}`)
}

/** Why link and zone stay: they serve every record of the zone. Undefined when no record is left. */
function whyZoneStays(context: StepContext): string | undefined {
  const { records = [], leavingRecords = [], fallingBack: copies = [] } = context.facts
  const others = records
    .filter((record) => !leavingRecords.includes(record) && !isRefused(record, context) && !copies.includes(record.name))
    .map(({ name }) => name)
  return usedNote(context) ?? (others.length === 0 ? undefined : otherRecords(others))
}

/** What Azure has refused to delete, and would be deleted with the zone. */
function whatIsLockedIn({ facts: { refused } }: StepContext): string | undefined {
  const inside = [...(refused?.keys() ?? [])].filter((what) => what !== 'endpoint')
  return inside.length === 0 ? undefined : `kept: Azure did not let go of its ${inside.join(', ')}`
}

function otherRecords(names: readonly string[]): string {
  return `kept: the zone has other records (${names.join(', ')})`
}
