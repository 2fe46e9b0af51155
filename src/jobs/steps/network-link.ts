import type { Zone } from '../../azure/zone-reader.ts'
import { marked } from '../../domain/ownership.ts'
import { beingMade } from '../../domain/plan.ts'
import { linkName } from '../../domain/resource-names.ts'
import { type Network, zoneNameOf } from '../../domain/target.ts'
import type { Clouds } from '../clouds.ts'
import { until } from '../retry.ts'
import { carryOver, checkSource, copyFields } from './copies.ts'
import { deletedMeanwhile } from './dns-zone.ts'
import { namesThatMove } from './names-that-move.ts'
import type { Step } from './step.ts'

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

  async plan(context) {
    const { target, clouds, facts, signal } = context
    // The zone may have been read before this link was made, so it is read again.
    const zone = facts.zone && (await withLink(facts.zone, target.network, clouds, signal))
    const seen = { link: { name: zone?.link?.name ?? linkName(target.network) } }
    // Records of others change meanwhile: what is copied is as it was read last.
    const { carried, blocked } = await namesThatMove(zone, facts.around ?? [], context)
    if (blocked !== undefined) return { change: { kind: 'blocked', reason: blocked }, facts: {} }
    const copies = copyFields(zoneNameOf(target), carried)
    if (zone?.link?.completed === true) {
      const change = copies.length === 0 ? ({ kind: 'none' } as const) : ({ kind: 'update', fields: copies } as const)
      return { change, facts: { zone, carried }, seen }
    }
    // Nothing is left to write, but names do not resolve over the link yet.
    if (zone?.link !== undefined) return { change: { kind: 'update', fields: [beingMade] }, facts: { zone }, seen }
    const { network } = target
    const note = `Zones were looked for in ${subscriptionsText(clouds.dns.subscriptions(network))}; one elsewhere that is linked to ${network.vnet} is not seen.`
    return {
      change: { kind: 'create', fields: [{ name: 'registration', after: 'off' }, ...copies] },
      facts: { carried },
      note,
      seen,
    }
  },

  async apply(context) {
    const { target, clouds, facts, maker, fence, signal } = context
    const { network } = target
    if (facts.zone === undefined) return
    const { zone } = facts
    const linkNow = async () => (await withLink(zone, network, clouds, signal)).link
    const before = await linkNow()
    if (before?.completed === true) return await carryOver(context, zone)
    if (before === undefined) {
      await carryOver(context, zone)
      await checkSource(context, zone)
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

function subscriptionsText(ids: readonly string[]): string {
  return `${ids.length === 1 ? 'the subscription' : 'the subscriptions'} ${ids.join(', ')}`
}
