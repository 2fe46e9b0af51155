import { marked } from '../../domain/ownership.ts'
import { beingMade } from '../../domain/plan.ts'
import { linkName } from '../../domain/resource-names.ts'
import { zoneNameOf } from '../../domain/target.ts'
import { until } from '../retry.ts'
import { deletedMeanwhile } from './dns-zone.ts'
import type { Step } from './step.ts'

/** The link through which the VNet sees the zone. */
export const networkLink: Step = {
  id: 'network-link',
  title: 'virtual network link',
  resource: ({ network }) => network.vnet,
  needs: ['dns-zone'],

  async plan({ target, clouds, facts, signal }) {
    // The zone may have been read before this link was made, so it is read again.
    const [zone] = facts.zone === undefined ? [] : await clouds.dns.zones(zoneNameOf(target), target.network, signal)
    const seen = { link: { name: zone?.link?.name ?? linkName(target.network) } }
    if (zone?.link?.completed === true) return { change: { kind: 'none' }, facts: { zone }, seen }
    // Nothing is left to write, but names do not resolve over the link yet.
    if (zone?.link !== undefined) return { change: { kind: 'update', fields: [beingMade] }, facts: { zone }, seen }
    return { change: { kind: 'create', fields: [{ name: 'registration', after: 'off' }] }, facts: {}, seen }
  },

  async apply({ target, clouds, facts, maker, fence, signal }) {
    const { network } = target
    if (facts.zone === undefined) return
    const linkNow = async () => (await clouds.dns.zones(zoneNameOf(target), network, signal))[0]?.link
    if ((await linkNow()) === undefined) {
      await fence()
      await clouds.dns.createLink(facts.zone, linkName(network), network, marked(network.tags, maker), signal)
    }
    const observe = async (): Promise<'completed' | 'deleted' | undefined> => {
      const link = await linkNow()
      if (link === undefined) return 'deleted'
      return link.completed ? 'completed' : undefined
    }
    if ((await until(observe, { everyMs: 2_000, withinMs: 10 * 60_000 }, signal)) !== 'deleted') return
    throw deletedMeanwhile(`The link of ${zoneNameOf(target)} to ${network.vnet}`)
  },
}
