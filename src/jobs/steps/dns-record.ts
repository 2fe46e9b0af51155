import type { ARecord } from '../../azure/private-dns.ts'
import type { Zone } from '../../azure/zone-reader.ts'
import { copiedFrom, isCopy, isOurs, marked, markedCopy, tagText } from '../../domain/ownership.ts'
import { type Change, type FieldChange, knownAfterApply, type StepFacts } from '../../domain/plan.ts'
import { labelOf, sameId, type Target, zoneNameOf } from '../../domain/target.ts'
import { otherEndpoints, type PlacedEndpoint, seeingAll } from './endpoints.ts'
import { hiddenByNarrower } from './names-that-move.ts'
import { isMadeHere } from './removal.ts'
import type { CarriedRecord, Observation, Step, StepContext } from './step.ts'

const ttl = 300

/**
 * The record that leads to the endpoint: the wildcard, which serves every host of the zone, or where that one serves another endpoint, a record for
 * each host's own label. A foreign record is never overwritten.
 */
export const dnsRecord: Step = {
  id: 'dns-record',
  title: 'A record',
  resource: (target) => `*.${zoneNameOf(target)}`,
  needs: ['private-endpoint', 'dns-zone'],

  async plan(context) {
    const { zone, endpoint, around = [], carried = [] } = context.facts
    const narrower = await hiddenByNarrower(around, context)
    if (narrower !== undefined) return { change: { kind: 'blocked', reason: narrower }, facts: {} }
    const records = zone === undefined ? [] : await context.clouds.dns.aRecords(zone, context.signal)
    const copies = carried.filter(({ name }) => !records.some((record) => sameId(record.name, name)))
    const all = [
      ...records,
      ...copies.map((copy) => ({ ...copy, metadata: markedCopy(copy.metadata, copy.from, context.maker) })),
    ]
    const found = all.length === 0 ? creation(['*'], endpoint?.address) : await compare(context, all)
    const wantedRecords = found.seen?.records?.map(({ name }) => name) ?? []
    const warning = othersWarning(found.change, zone)
    const copied = copiesIn(all, copies, context)
    return {
      ...found,
      ...(copied.length > 0 && { seen: { ...found.seen, copies: copied } }),
      facts: { ...(zone !== undefined && { records }), wantedRecords },
      ...(warning !== undefined && { warning }),
    }
  },

  async apply(context, change) {
    const { zone, endpoint, records = [], wantedRecords = [] } = context.facts
    if (zone === undefined || endpoint?.address === undefined || change.kind === 'none' || change.kind === 'blocked') return
    for (const name of wantedRecords) {
      const existing = records.find((record) => record.name === name)
      await context.fence()
      const metadata = marked(existing?.metadata, context.maker)
      const version = existing === undefined ? {} : { etag: existing.etag }
      await context.clouds.dns.putARecord(
        zone,
        { name, ttl, addresses: [endpoint.address], metadata, ...version },
        context.signal,
      )
    }
  },
}

type Found = Omit<Observation, 'facts'>

/** Copies of a wider zone's records; those that are `new` are made with the link. */
function copiesIn(
  all: readonly Pick<ARecord, 'name' | 'addresses' | 'ttl' | 'metadata'>[],
  newOnes: readonly CarriedRecord[],
  { facts: { carried = [] }, maker }: StepContext,
): NonNullable<StepFacts['copies']> {
  return all.flatMap(({ name, addresses, ttl: seconds, metadata }) => {
    const source = carried.find((each) => sameId(each.name, name))
    const from = copiedFrom(metadata)
    if (from === undefined || !isOurs(metadata, maker)) return []
    const exists = !newOnes.some((each) => sameId(each.name, name))
    return [{ name, addresses: source?.addresses ?? addresses, ttl: source?.ttl ?? seconds, from, exists }]
  })
}

/** A record that is made or corrected answers in every VNet that is linked to the zone. */
function othersWarning({ kind }: Change, zone: Zone | undefined): string | undefined {
  if ((kind !== 'create' && kind !== 'update') || zone === undefined || zone.otherVnets.length === 0) return undefined
  const { otherVnets } = zone
  return `${otherVnets.join(', ')} ${otherVnets.length === 1 ? 'is' : 'are'} linked to the zone as well: names in it will lead there to this endpoint too.`
}

async function compare(context: StepContext, records: readonly ARecord[]): Promise<Found> {
  const address = context.facts.endpoint?.address
  const labels = labelsOf(context.target)
  const own = records.filter(({ name }) => labels.includes(name.toLowerCase()))
  const wildcard = records.find(({ name }) => name === '*')
  const wrong = own.filter((record) => !leadsTo(record, address))
  const foreign = wrong.find((record) => isCopy(record.metadata) || !isOurs(record.metadata, context.maker))
  if (foreign !== undefined) return { change: blockedBy(foreign, 'overrides the wildcard and', context) }
  const unserved = labels.filter((label) => !own.some((record) => sameId(record.name, label)))
  const wildcardServes = wildcard !== undefined && leadsTo(wildcard, address)
  if (wrong.length === 0 && (unserved.length === 0 || wildcardServes)) {
    const serving = [...own, ...(unserved.length > 0 && wildcard !== undefined ? [wildcard] : [])]
    return { change: { kind: 'none' }, note: `→ ${address}`, seen: { records: serving.map(existing) } }
  }
  if (wrong.length === 0 && wildcard === undefined) return creation(['*'], address)
  const { endpoints: others, partial } = await otherEndpoints(context, context.facts.endpoint?.id)
  const userOf: UserOf = (record) => others.find((other) => record.addresses.includes(other.address ?? ''))
  const elsewhere = (user: PlacedEndpoint | undefined) => user !== undefined && user.network !== context.target.network.name
  const taken = wrong.find((record) => elsewhere(userOf(record)))
  if (taken !== undefined) return { change: sharedBy(taken, userOf(taken), context) }
  const ghosts = partial
    ? [...wrong, ...(wildcard === undefined ? [] : [wildcard])].filter((record) => userOf(record) === undefined)
    : []
  if (wrong.length > 0) return unseen(wrong, ghosts, context) ?? (await correction(wrong, address, userOf, context))
  if (wildcard === undefined) return creation(['*'], address)
  if (isCopy(wildcard.metadata))
    return { ...creation(unserved, address), note: 'the wildcard leads to where it led in the wider zone' }
  const user = userOf(wildcard)
  // The other network reaches the same services by this record.
  if (elsewhere(user) && sameId(user?.connectsTo, context.target.alias)) return { change: sharedBy(wildcard, user, context) }
  if (user !== undefined) return { ...creation(unserved, address), note: `the wildcard serves ${user.name}` }
  if (!isOurs(wildcard.metadata, context.maker)) return { change: blockedBy(wildcard, '', context) }
  return unseen([wildcard], ghosts, context) ?? (await correction([wildcard], address, userOf, context))
}

/** An address that no endpoint has which could be seen may be that of one which could not: it is not taken for free. */
function unseen(
  records: readonly ARecord[],
  ghosts: readonly ARecord[],
  { target: { network } }: StepContext,
): Found | undefined {
  const ghost = records.find((record) => ghosts.includes(record))
  if (ghost === undefined) return undefined
  const reason = `The record ${ghost.name} leads to ${addressesOf(ghost)}, no private endpoint that could be seen; only the configured resource groups could be searched, so that it may be somebody else’s. ${seeingAll}, or correct the record. Then run setup in ${network.name} again.`
  return { change: { kind: 'blocked', reason } }
}

type UserOf = (record: ARecord) => PlacedEndpoint | undefined

/** Corrects the records, unless other networks are linked to the zone and one leads to an unknown address: it may be an endpoint of theirs. */
async function correction(
  records: readonly ARecord[],
  address: string | undefined,
  userOf: UserOf,
  context: StepContext,
): Promise<Found> {
  if ((context.facts.zone?.otherLinks ?? 0) > 0) {
    for (const record of records.filter((each) => userOf(each) === undefined)) {
      if (!(await isMadeHere(record.metadata, context))) return { change: unknownTo(record, context) }
    }
  }
  return update(records, address)
}

function unknownTo(record: ARecord, { facts: { zone }, target: { network } }: StepContext): Change {
  return {
    kind: 'blocked',
    reason: `The record ${record.name} leads to ${addressesOf(record)}, no private endpoint that this bot knows; other networks are linked to its zone in ${zone?.resourceGroup} and may need it. Find out whose it is and remove it if nobody needs it, or link a zone of this name in another resource group to ${network.vnet} alone. Then run setup again.`,
  }
}

/** Names the zone's tags as well: a record seldom says who owns it. */
function blockedBy(record: ARecord, what: string, { facts: { zone } }: StepContext): Change {
  const does = `The record ${record.name} ${what} leads to ${addressesOf(record)}`.replace(/ +/g, ' ')
  const owner =
    zone === undefined
      ? tagText(record.metadata)
      : `${tagText(record.metadata)}; its zone in ${zone.resourceGroup}: ${tagText(zone.tags)}`
  return {
    kind: 'blocked',
    reason: `${does}, and was not made by this bot (${owner}). Ask its owner to correct or remove it, then run setup again.`,
  }
}

function sharedBy(record: ARecord, user: PlacedEndpoint | undefined, { target: { network } }: StepContext): Change {
  return {
    kind: 'blocked',
    reason: `The record ${record.name} leads to ${user?.name} of ${user?.network}, which shares this zone with ${network.name}: one record cannot lead each network to its own endpoint. Create a zone of this name in another resource group, link it to ${network.vnet} alone, then run setup again.`,
  }
}

function creation(names: readonly string[], address: string | undefined): Found {
  const fields: FieldChange[] = names.map((name) => ({ name: `address of ${name}`, after: address ?? knownAfterApply }))
  return {
    change: { kind: 'create', fields: [...fields, { name: 'TTL', after: `${ttl} s` }] },
    seen: { records: names.map((name) => ({ name, exists: false })) },
  }
}

function update(records: readonly ARecord[], address: string | undefined): Found {
  const fields = records.map((record) => ({
    name: `address of ${record.name}`,
    before: addressesOf(record),
    after: address ?? knownAfterApply,
  }))
  return { change: { kind: 'update', fields }, seen: { records: records.map(existing) } }
}

function existing({ name }: ARecord): { readonly name: string; readonly exists: true } {
  return { name, exists: true }
}

/** Whether the record has this address and no other. */
export function leadsTo({ addresses }: ARecord, address: string | undefined): boolean {
  return address !== undefined && addresses.length === 1 && addresses[0] === address
}

/** The first labels of the hosts: the names of records for one host alone. */
export function labelsOf({ services }: Target): readonly string[] {
  return services.map(({ host }) => labelOf(host))
}

function addressesOf({ addresses }: ARecord): string {
  return addresses.length === 0 ? 'nowhere' : addresses.join(', ')
}
