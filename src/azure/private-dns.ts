import { PrivateDnsManagementClient, type RecordSet } from '@azure/arm-privatedns'
import type { TokenCredential } from '@azure/identity'
import { type Network, sameId, vnetId } from '../domain/target.ts'
import { translating } from './network.ts'

/** A private DNS zone, and how it stands to one VNet. */
export interface Zone {
  readonly id: string
  readonly name: string
  readonly subscription: string
  readonly resourceGroup: string
  readonly tags: Readonly<Record<string, string>>
  readonly settled: boolean
  /** The link to the VNet that was asked about. */
  readonly link?: ZoneLink
}

export interface ZoneLink {
  readonly name: string
  /** Names resolve over it. */
  readonly completed: boolean
  readonly tags: Readonly<Record<string, string>>
}

export interface ARecord {
  /** Relative name, `*` for the wildcard. */
  readonly name: string
  readonly addresses: readonly string[]
  /** Seconds. */
  readonly ttl: number
  readonly etag: string
  readonly metadata: Readonly<Record<string, string>>
}

export type ZonePlace = Pick<Zone, 'name' | 'subscription' | 'resourceGroup'>

/** Private DNS. All errors are `TerminalError` or `RetryableError`. */
export interface AzurePrivateDns {
  /** The zones of this name in the subscription of the network's zones, the one linked to the network's VNet first. */
  zones(name: string, network: Network, signal: AbortSignal): Promise<readonly Zone[]>
  aRecords(zone: ZonePlace, signal: AbortSignal): Promise<readonly ARecord[]>
  /** Returns when Azure has finished. Refused when there is one already. */
  createZone(zone: ZonePlace, tags: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>
  /** Returns when Azure has finished. Without registration: machines of the VNet stay out of the zone. */
  createLink(
    zone: ZonePlace,
    name: string,
    network: Network,
    tags: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void>
  /** Writes the whole record set. With an ETag only over that very version, without one only where there is none yet. */
  putARecord(zone: ZonePlace, record: Omit<ARecord, 'etag'> & { readonly etag?: string }, signal: AbortSignal): Promise<void>
}

export function azurePrivateDns(credential: TokenCredential, url: string): AzurePrivateDns {
  const clients = new Map<string, PrivateDnsManagementClient>()
  const clientOf = (subscription: string): PrivateDnsManagementClient => {
    const client = clients.get(subscription) ?? new PrivateDnsManagementClient(credential, subscription, { endpoint: url })
    clients.set(subscription, client)
    return client
  }

  const linkOf = async (zone: ZonePlace, network: Network, signal: AbortSignal): Promise<ZoneLink | undefined> => {
    const links = clientOf(zone.subscription).virtualNetworkLinks.list(zone.resourceGroup, zone.name, { abortSignal: signal })
    for await (const link of links) {
      if (!sameId(link.virtualNetwork?.id, vnetId(network))) continue
      return { name: link.name ?? '', completed: link.virtualNetworkLinkState === 'Completed', tags: link.tags ?? {} }
    }
    return undefined
  }

  return {
    async zones(name, network, signal) {
      const { subscription } = network.dns
      return await translating(`list the private DNS zones of subscription ${subscription}`, async () => {
        const found: Zone[] = []
        for await (const zone of clientOf(subscription).privateZones.list({ abortSignal: signal })) {
          if (zone.name?.toLowerCase() !== name.toLowerCase() || zone.id === undefined) continue
          const place = { name, subscription, resourceGroup: resourceGroupOf(zone.id) }
          const settled = zone.provisioningState === 'Succeeded'
          const link = settled ? await linkOf(place, network, signal) : undefined
          found.push({ ...place, id: zone.id, tags: zone.tags ?? {}, settled, ...(link !== undefined && { link }) })
        }
        return found.toSorted((a, b) => rank(a, network) - rank(b, network))
      })
    },

    async aRecords(zone, signal) {
      return await translating(`list the A records of ${zone.name}`, async () => {
        const found: ARecord[] = []
        const sets = clientOf(zone.subscription).recordSets.listByType(zone.resourceGroup, zone.name, 'A', {
          abortSignal: signal,
        })
        for await (const set of sets) found.push(recordOf(set))
        return found
      })
    },

    async createZone(zone, tags, signal) {
      await translating(`create the private DNS zone ${zone.name}`, async () => {
        const options = { ifNoneMatch: '*', abortSignal: signal }
        await clientOf(zone.subscription).privateZones.createOrUpdate(
          zone.resourceGroup,
          zone.name,
          { location: 'global', tags: { ...tags } },
          options,
        )
      })
    },

    async createLink(zone, name, network, tags, signal) {
      await translating(`link the zone ${zone.name} to ${network.vnet}`, async () => {
        await clientOf(zone.subscription).virtualNetworkLinks.createOrUpdate(
          zone.resourceGroup,
          zone.name,
          name,
          { location: 'global', tags: { ...tags }, virtualNetwork: { id: vnetId(network) }, registrationEnabled: false },
          { abortSignal: signal },
        )
      })
    },

    async putARecord(zone, { name, addresses, ttl, metadata, etag }, signal) {
      await translating(`write the A record ${name} of ${zone.name}`, async () => {
        const set: RecordSet = { ttl, aRecords: addresses.map((ipv4Address) => ({ ipv4Address })), metadata: { ...metadata } }
        const guard = etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag }
        await clientOf(zone.subscription).recordSets.createOrUpdate(zone.resourceGroup, zone.name, 'A', name, set, {
          ...guard,
          abortSignal: signal,
        })
      })
    },
  }
}

/** Linked to the VNet first, then the place that the configuration names, then any other. */
function rank(zone: Zone, network: Network): number {
  if (zone.link !== undefined) return 0
  return sameId(zone.resourceGroup, network.dns.resourceGroup) ? 1 : 2
}

function recordOf(set: RecordSet): ARecord {
  return {
    name: set.name ?? '',
    addresses: (set.aRecords ?? []).flatMap(({ ipv4Address }) => (ipv4Address === undefined ? [] : [ipv4Address])),
    ttl: set.ttl ?? 0,
    etag: set.etag ?? '',
    metadata: set.metadata ?? {},
  }
}

function resourceGroupOf(id: string): string {
  return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? ''
}
