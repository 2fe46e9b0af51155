import type { ARecord } from '../../azure/private-dns.ts'
import { isOurs, marks, tagText } from '../../domain/ownership.ts'
import { type Change, knownAfterApply } from '../../domain/plan.ts'
import { type Target, zoneOf } from '../../domain/target.ts'
import type { Observation, Step, StepContext } from '../step.ts'

const ttl = 300

/** The wildcard record that leads every host of the zone to the endpoint. A foreign record is never overwritten. */
export const dnsRecord: Step = {
  id: 'dns-record',
  title: 'A record',
  resource: ({ host }) => `*.${zoneOf(host)}`,
  needs: ['private-endpoint', 'dns-zone'],

  async plan(context) {
    const { zone, endpoint } = context.facts
    if (zone === undefined) return { change: creation(endpoint?.address), facts: {} }
    const records = await context.clouds.dns.aRecords(zone, context.signal)
    return { ...(await compare(context, records)), facts: { records } }
  },

  async apply(context, change) {
    const { zone, endpoint, records } = context.facts
    if (zone === undefined || endpoint?.address === undefined || change.kind === 'none') return
    const wildcard = records?.find(({ name }) => name === '*')
    await context.fence()
    await context.clouds.dns.putARecord(
      zone,
      {
        name: '*',
        ttl,
        addresses: [endpoint.address],
        metadata: { ...wildcard?.metadata, ...marks(context.requestId) },
        ...(wildcard !== undefined && { etag: wildcard.etag }),
      },
      context.signal,
    )
  },
}

async function compare(context: StepContext, records: readonly ARecord[]): Promise<Omit<Observation, 'facts'>> {
  const address = context.facts.endpoint?.address
  const own = records.find(({ name }) => name.toLowerCase() === hostLabel(context.target))
  const wildcard = records.find(({ name }) => name === '*')
  if (own !== undefined && !leadsTo(own, address)) {
    return {
      change: {
        kind: 'blocked',
        reason: `The record ${own.name} overrides the wildcard and leads to ${said(own)} (${tagText(own.metadata)}). Remove or correct it, then run setup again.`,
      },
    }
  }
  if (own !== undefined || (wildcard !== undefined && leadsTo(wildcard, address)))
    return { change: { kind: 'none' }, note: `→ ${address}` }
  if (wildcard === undefined) return { change: creation(address) }
  if (!isOurs(wildcard.metadata)) {
    return {
      change: {
        kind: 'blocked',
        reason: `The wildcard record leads to ${said(wildcard)} and was not made by this bot (${tagText(wildcard.metadata)}). Ask its owner, then run setup again.`,
      },
    }
  }
  const user = await otherUser(context, wildcard)
  if (user !== undefined) {
    return {
      change: {
        kind: 'blocked',
        reason: `The wildcard record leads to ${said(wildcard)}, which is the endpoint ${user}: one wildcard cannot serve two endpoints.`,
      },
    }
  }
  return { change: { kind: 'update', fields: [{ name: 'address', before: said(wildcard), after: address ?? knownAfterApply }] } }
}

/** The name of another live endpoint that the record serves. */
async function otherUser({ target, clouds, facts, signal }: StepContext, record: ARecord): Promise<string | undefined> {
  const others = (await clouds.network.endpoints(target.network, signal)).filter(({ id }) => id !== facts.endpoint?.id)
  const details = await Promise.all(others.map(({ name }) => clouds.network.endpoint(target.network, name, signal)))
  return details.find((endpoint) => endpoint?.address !== undefined && record.addresses.includes(endpoint.address))?.name
}

function creation(address: string | undefined): Change {
  return {
    kind: 'create',
    fields: [
      { name: 'address', after: address ?? knownAfterApply },
      { name: 'TTL', after: `${ttl} s` },
    ],
  }
}

function leadsTo({ addresses }: ARecord, address: string | undefined): boolean {
  return address !== undefined && addresses.length === 1 && addresses[0] === address
}

function said({ addresses }: ARecord): string {
  return addresses.length === 0 ? 'nowhere' : addresses.join(', ')
}

function hostLabel({ host }: Target): string {
  return host.slice(0, host.indexOf('.')).toLowerCase()
}
