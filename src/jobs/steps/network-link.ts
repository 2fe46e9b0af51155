import type { Zone } from '../../azure/zone-reader.ts'
import { wholeName } from '../../domain/hidden-names.ts'
import { marked, markedCopy } from '../../domain/ownership.ts'
import { beingMade } from '../../domain/plan.ts'
import { linkName } from '../../domain/resource-names.ts'
import { type Network, sameId, zoneNameOf } from '../../domain/target.ts'
import type { Clouds } from '../clouds.ts'
import { until } from '../retry.ts'
import { deletedMeanwhile } from './dns-zone.ts'
import type { Step, StepContext } from './step.ts'

/** Copies what the link would hide, before it does. */
async function carryOver({ facts: { carried = [] }, clouds, maker, fence, signal }: StepContext, zone: Zone): Promise<void> {
  if (carried.length === 0) return
  const here = await clouds.dns.aRecords(zone, signal)
  for (const { name, addresses, ttl, metadata, from } of carried) {
    if (here.some((record) => sameId(record.name, name))) continue
    await fence()
    await clouds.dns.putARecord(zone, { name, addresses, ttl, metadata: markedCopy(metadata, from, maker) }, signal)
  }
}

/** The zone with its link as that is now: by its id, else any other to the same VNet. */
async function withLink(zone: Zone, network: Network, { dns }: Clouds, signal: AbortSignal): Promise<Zone> {
  const { link: known, ...rest } = zone
  const name = known?.name ?? linkName(network)
  const link = await dns.link(zone, name, network, signal)
  if (link !== undefined) return { ...rest, link }
  const other = (await dns.zone(zone, network, signal))?.link
  // A list may still show the one that is gone.
  return other === undefined || other.name === name ? rest : { ...rest, link: other }
}

/** The link through which the VNet sees the zone. */
export const networkLink: Step = {
  id: 'network-link',
  title: 'virtual network link',
  resource: ({ network }) => network.vnet,
  needs: ['dns-zone'],

  async plan({ target, clouds, facts, signal }) {
    // The zone may have been read before this link was made, so it is read again.
    const zone = facts.zone && (await withLink(facts.zone, target.network, clouds, signal))
    const seen = { link: { name: zone?.link?.name ?? linkName(target.network) } }
    if (zone?.link?.completed === true) return { change: { kind: 'none' }, facts: { zone }, seen }
    // Nothing is left to write, but names do not resolve over the link yet.
    if (zone?.link !== undefined) return { change: { kind: 'update', fields: [beingMade] }, facts: { zone }, seen }
    const carried = (facts.carried ?? []).map(({ name, addresses, from }) => ({
      name: `copy of ${wholeName(zoneNameOf(target), name)} from ${from}`,
      after: addresses.join(', '),
    }))
    return { change: { kind: 'create', fields: [{ name: 'registration', after: 'off' }, ...carried] }, facts: {}, seen }
  },

  async apply(context) {
    const { target, clouds, facts, maker, fence, signal } = context
    const { network } = target
    if (facts.zone === undefined) return
    const { zone } = facts
    const linkNow = async () => (await withLink(zone, network, clouds, signal)).link
    if ((await linkNow()) === undefined) {
      await carryOver(context, zone)
      await fence()
      await clouds.dns.createLink(facts.zone, linkName(network), network, marked(network.tags, maker), signal)
    }
    const observe = async (): Promise<'completed' | 'deleted' | undefined> => {
      const link = await linkNow()
      if (link === undefined) return 'deleted'
      return link.completed ? 'completed' : undefined
    }
    if ((await until(observe, { everyMs: 2_000, withinMs: 10 * 60_000 }, signal)) !== 'deleted') {
      facts.linkedAt = performance.now()
      return
    }
    throw deletedMeanwhile(`The link of ${zoneNameOf(target)} to ${network.vnet}`)
  },
}
