import type { ARecord } from '../../azure/private-dns.ts'
import type { Zone } from '../../azure/zone-reader.ts'
import { hiddenRecords, isWider, nameWithin, wholeName } from '../../domain/hidden-names.ts'
import { type Installation, isCopy, isOurs } from '../../domain/ownership.ts'
import { sameId, zoneNameOf } from '../../domain/target.ts'
import type { CarriedRecord, StepContext } from './step.ts'

interface Moving {
  readonly carried: readonly CarriedRecord[]
  /** What approvers should know. */
  readonly warning?: string
  /** Why a person has to decide first. */
  readonly blocked?: string
}

/** How many names a sentence lists. */
const mostNames = 5

/** The working names of the VNet that a link to this zone, or to a new one of its name, would move. */
export async function namesThatMove(zone: Zone | undefined, around: readonly Zone[], context: StepContext): Promise<Moving> {
  const { target, clouds, maker, signal } = context
  const name = zoneNameOf(target)
  const wider = widerOf(name, around)
  if (zone?.link !== undefined) return wider === undefined ? { carried: [] } : await namesToFollow(zone, wider, context)
  const unread = unreadWarning(
    name,
    around.filter((each) => each.name.length > (wider?.name.length ?? 0)),
    context,
  )
  if (wider === undefined) return { carried: [], ...unread }
  const [records, sets] = await Promise.all([clouds.dns.aRecords(wider, signal), clouds.dns.recordSets(wider, signal)])
  const place = `${wider.name} in ${wider.resourceGroup} is linked to ${target.network.vnet} too`
  const others = sets.filter(({ type }) => type !== 'A' && type !== 'SOA')
  const unseen = others.filter(({ type }) => type.includes(' '))
  if (unseen.length > 0)
    return blocked(
      `${place}, and holds records that could not be read: the zone ${name} may hide them. Grant the identity of the jobs process Microsoft.Network/privateDnsZones/ALL/read there, then run setup again.`,
    )
  const hidden = hiddenRecords(name, wider.name, [...records, ...others.map((each) => ({ ...each, addresses: undefined }))])
  const carried = hidden.flatMap((each) => (each.addresses === undefined ? [] : [{ ...each, from: wider.name }]))
  if (carried.length < hidden.length)
    return blocked(
      `${place}. A link to ${name} would hide ${namesOf(name, hidden)}, and only A records can be carried over. Ask the owner of ${wider.name} to make the record for this service there, or to move these names; then run setup again.`,
    )
  if (carried.length === 0) return { carried, ...unread }
  const here = zone === undefined ? [] : await clouds.dns.aRecords(zone, signal)
  const existing = ({ name: wanted }: ARecord) => here.find((record) => sameId(record.name, wanted))
  const isOwnCopy = (record: ARecord) => zone?.otherLinks === 0 && isCopyOf(record, maker)
  const different = carried.filter((record) => {
    const found = existing(record)
    return found !== undefined && addressesOf(found) !== addressesOf(record) && !isOwnCopy(found)
  })
  if (different.length > 0)
    return blocked(
      `${place}. A link to ${name} would move ${namesOf(name, different)}: the two zones lead elsewhere. Ask their owners which is right, then run setup again.`,
    )
  const missing = carried.filter((record) => existing(record) === undefined)
  if (missing.length > 0 && zone !== undefined && (zone.otherLinks > 0 || !isOurs(zone.tags, maker)))
    return blocked(
      `${place}. A link to ${name} would hide ${namesOf(name, missing)}, and that zone in ${zone.resourceGroup} serves others, so that nothing is copied into it. Ask its owner to add these names, then run setup again.`,
    )
  const stale = (record: CarriedRecord): CarriedRecord => {
    const copy = existing(record)
    return copy === undefined || addressesOf(copy) === addressesOf(record) ? record : { ...record, copyLeads: copy.addresses }
  }
  return {
    carried: carried.map(stale),
    warning: `${place}. The new link hides its names below ${name}: ${namesOf(name, carried)}. They are copied and lead on to where they lead now; later changes in ${wider.name} count for them only after another setup.${unread.warning === undefined ? '' : ` ${unread.warning}`}`,
  }
}

/**
 * The copies in a zone of ours that lead elsewhere than the records that they were copied from, which have changed since. Names that the wider zone got or lost
 * since are told: they did not move.
 */
async function namesToFollow(zone: Zone, wider: Zone, { target, clouds, maker, signal }: StepContext): Promise<Moving> {
  if (!isOurs(zone.tags, maker)) return { carried: [] }
  const [there, here] = await Promise.all([clouds.dns.aRecords(wider, signal), clouds.dns.aRecords(zone, signal)])
  const copies = here.filter((record) => isCopyOf(record, maker))
  const sources = hiddenRecords(zone.name, wider.name, there).map((each) => ({ ...each, from: wider.name }))
  const sourceOf = ({ name }: ARecord) => sources.find((each) => sameId(each.name, name))
  const changed = copies.flatMap((copy) => {
    const source = sourceOf(copy)
    return source === undefined || addressesOf(source) === addressesOf(copy) ? [] : [{ ...source, copyLeads: copy.addresses }]
  })
  const lost = copies.filter((copy) => sourceOf(copy) === undefined)
  const added = sources.filter(({ name }) => !here.some((record) => sameId(record.name, name)))
  const place = `${wider.name} in ${wider.resourceGroup} has changed since its names were copied into ${zone.name}`
  const isShared = zone.otherLinks > 0
  const told = [
    changed.length > 0 && isShared
      ? `${namesOf(zone.name, changed)} lead there now, and the copies do not; other networks use these copies, so that they stay`
      : '',
    lost.length > 0 ? `${namesOf(zone.name, lost)} are gone there, and the copies stay` : '',
    added.length > 0 ? `${namesOf(zone.name, added)} are new there, and ${target.network.vnet} does not see them` : '',
  ].filter((sentence) => sentence !== '')
  const warning = told.length === 0 ? {} : { warning: `${place}: ${told.join('; ')}. Ask the owner of ${wider.name}.` }
  return { carried: isShared ? [] : changed, ...warning }
}

/** Whether this bot copied the record from a wider zone. */
export function isCopyOf({ metadata }: Pick<ARecord, 'metadata'>, maker: Installation): boolean {
  return isCopy(metadata) && isOurs(metadata, maker)
}

/** Why the record of a narrower zone that is linked to the VNet answers for one of the hosts, and not ours; undefined where none does, or it leads to the endpoint. */
export async function hiddenByNarrower(around: readonly Zone[], context: StepContext): Promise<string | undefined> {
  const { target, clouds, facts, signal } = context
  for (const narrower of around.filter(({ name, link }) => link !== undefined && isWider(zoneNameOf(target), name))) {
    const hosts = target.services
      .map(({ host }) => host)
      .filter((host) => sameId(host, narrower.name) || isWider(narrower.name, host))
    if (hosts.length === 0) continue
    const records = await clouds.dns.aRecords(narrower, signal)
    for (const host of hosts) {
      const name = nameWithin(narrower.name, host)
      const record = records.find((each) => sameId(each.name, name)) ?? records.find((each) => name !== '@' && each.name === '*')
      if (record !== undefined && addressesOf(record) === facts.endpoint?.address) continue
      const leads = record === undefined ? 'has no record for it' : `leads it to ${addressesOf(record)}`
      return `The zone ${narrower.name} in ${narrower.resourceGroup}, which is linked to ${target.network.vnet}, hides the record for ${host} and ${leads}. Ask its owner to correct or unlink it, then run setup again.`
    }
  }
  return undefined
}

/** The names of copies whose wider zone is linked still and leads them to the same addresses: they work on when the copies go with link and zone. */
export async function fallingBack(zone: Zone, records: readonly ARecord[], context: StepContext): Promise<readonly string[]> {
  const { target, clouds, signal } = context
  const around = await clouds.dns.around(zoneNameOf(target), target.network, signal)
  const wider = widerOf(zone.name, around)
  if (wider === undefined) return []
  const there = hiddenRecords(zone.name, wider.name, await clouds.dns.aRecords(wider, signal))
  return records
    .filter((record) => there.some((each) => sameId(each.name, record.name) && addressesOf(each) === addressesOf(record)))
    .map(({ name }) => name)
}

/** Of the wider zones that are linked, the one that answers. */
function widerOf(name: string, around: readonly Zone[]): Zone | undefined {
  const [wider] = around
    .filter((each) => each.link !== undefined && isWider(each.name, name))
    .toSorted((a, b) => b.name.length - a.name.length)
  return wider
}

function unreadWarning(name: string, around: readonly Zone[], { target }: StepContext): Pick<Moving, 'warning'> {
  const [unread] = around.filter((each) => each.linksUnread === true && isWider(each.name, name))
  if (unread === undefined) return {}
  return {
    warning: `Whether ${unread.name} in ${unread.resourceGroup} is linked to ${target.network.vnet} could not be read: if it is, the new link hides its names below ${name}.`,
  }
}

function blocked(reason: string): Moving {
  return { carried: [], blocked: reason }
}

function namesOf(
  zone: string,
  records: readonly { readonly name: string; readonly addresses?: readonly string[] | undefined }[],
): string {
  const names = records.slice(0, mostNames).map(({ name, addresses }) => {
    return addresses === undefined ? wholeName(zone, name) : `${wholeName(zone, name)} (${addresses.join(', ')})`
  })
  const more = records.length - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ')
}

export function addressesOf({ addresses }: ARecord): string {
  return addresses.toSorted().join(', ')
}
