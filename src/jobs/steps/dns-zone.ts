import { RetryableError } from '../../domain/errors.ts'
import { marked } from '../../domain/ownership.ts'
import { beingMade } from '../../domain/plan.ts'
import { zoneNameOf } from '../../domain/target.ts'
import { until } from '../retry.ts'
import { namesThatMove } from './names-that-move.ts'
import type { Step } from './step.ts'

/** The private DNS zone of the service's region: the one that the VNet is linked to, else one of that name, else a new one. */
export const dnsZone: Step = {
  id: 'dns-zone',
  title: 'private DNS zone',
  resource: zoneNameOf,
  needs: [],

  async plan(context) {
    const { target, clouds, signal } = context
    const { network } = target
    const [[zone], around] = await Promise.all([
      clouds.dns.zones(zoneNameOf(target), network, signal),
      clouds.dns.around(zoneNameOf(target), network, signal),
    ])
    const { carried, warning, blocked } = await namesThatMove(zone, around, context)
    if (blocked !== undefined) return { change: { kind: 'blocked', reason: blocked }, facts: {} }
    const told = warning !== undefined && { warning }
    const found = { around, carried }
    const { subscription, resourceGroup } = zone ?? network.dns
    const seen = { zone: { subscription, resourceGroup } }
    if (zone !== undefined) context.facts.zoneAccepted?.resolve()
    if (zone?.settled === true)
      return { change: { kind: 'none' }, facts: { zone, ...found }, note: `in ${resourceGroup}`, seen, ...told }
    // Nothing is left to write, but the zone cannot be used yet.
    if (zone !== undefined)
      return { change: { kind: 'update', fields: [beingMade] }, facts: found, note: `in ${resourceGroup}`, seen, ...told }
    context.facts.zoneAccepted ??= awaited()
    return { change: { kind: 'create', fields: [{ name: 'resource group', after: resourceGroup }] }, facts: found, seen, ...told }
  },

  async apply({ target, clouds, maker, facts, fence, signal }) {
    const { network } = target
    const name = zoneNameOf(target)
    const accepted = (): void => facts.zoneAccepted?.resolve()
    const [existing] = await clouds.dns.zones(name, network, signal)
    if (existing === undefined) {
      await fence()
      await clouds.dns.createZone({ name, ...network.dns }, marked(network.tags, maker), signal, accepted)
      accepted()
      return
    }
    accepted()
    const observe = async (): Promise<'settled' | 'deleted' | undefined> => {
      const zone = await clouds.dns.zone(existing, network, signal)
      if (zone === undefined) return 'deleted'
      return zone.settled ? 'settled' : undefined
    }
    if ((await until(observe, { everyMs: 2_000, withinMs: 10 * 60_000 }, signal)) === 'deleted')
      throw deletedMeanwhile(`The zone ${name}`)
  },
}

/** Nobody may be waiting for it. */
function awaited(): PromiseWithResolvers<void> {
  const waiting = Promise.withResolvers<void>()
  waiting.promise.catch(() => undefined)
  return waiting
}

/** A `RetryableError` (`taken-away`), so that the step runs again and makes the zone or link once more. */
export function deletedMeanwhile(what: string): RetryableError {
  return new RetryableError('taken-away', `${what} was deleted by somebody else before it was ready.`, {
    remedy: 'Look in the zone’s activity log for who deletes it, then run the command again.',
  })
}
