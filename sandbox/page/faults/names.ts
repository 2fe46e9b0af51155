import type { RecordSet } from '../../world.ts'
import { type Fault, fault, type Site, type Undo } from './fault.ts'

/** Zones and records. */

export const nameFaults: readonly Fault[] = [
  fault('dns-record-stale', 'Wildcard repointed', 'The endpoint was made anew, and the record kept the old address.', (site) =>
    withRecord(site, 'A', '*', [site.foreign]),
  ),
  fault(
    'dns-record-absent',
    'Record gone',
    'Somebody tidied up the zone and took its record away.',
    ({ zone, house: { sandbox } }) => {
      const before = [...zone.records]
      zone.records.clear()
      sandbox.world.changed()
      return () => {
        for (const [key, set] of before) if (!zone.records.has(key)) zone.records.set(key, set)
        sandbox.world.changed()
      }
    },
  ),
  fault('dns-record-masked', 'Record of another type', 'A TXT record at the host’s name hides the wildcard.', (site) =>
    withRecord(site, 'TXT', labelOf(site), ['hello']),
  ),
  fault('dns-record-shadowed', 'Record of the host’s own', 'A left-over record for this host wins over the wildcard.', (site) =>
    withRecord(site, 'A', labelOf(site), [site.foreign]),
  ),
  fault('dns-several-addresses', 'Two addresses', 'The record holds the old address beside the new one.', (site) =>
    withRecord(site, 'A', '*', [site.endpoint.address, site.foreign]),
  ),
  fault('dns-dangling-cname', 'Alias of nothing', 'A CNAME leads to a name that no longer exists.', (site) =>
    withRecord(site, 'CNAME', labelOf(site), ['gone.example']),
  ),
  fault('dns-ipv6-answer', 'IPv6 address', 'An AAAA record was added; Private Link has IPv4 only.', (site) =>
    withRecord(site, 'AAAA', '*', ['2001:db8::4']),
  ),
  fault(
    'dns-zone-not-linked',
    'Zone unlinked',
    'The zone’s link to the network was deleted with an old hub.',
    ({ zone, house: { sandbox } }) => {
      const before = [...zone.links]
      zone.links.clear()
      sandbox.world.changed()
      return () => {
        if (zone.links.size === 0) for (const [key, link] of before) zone.links.set(key, link)
        sandbox.world.changed()
      }
    },
  ),
  fault('dns-zone-absent', 'Zone deleted', 'The whole private zone was deleted.', ({ zone, house: { sandbox } }) => {
    const { zones } = sandbox.world
    zones.delete(zone.id.toLowerCase())
    sandbox.world.changed()
    return () => {
      if (!zones.has(zone.id.toLowerCase())) zones.set(zone.id.toLowerCase(), zone)
      sandbox.world.changed()
    }
  }),
]

function labelOf({ host }: Site): string {
  return host.split('.')[0] ?? host
}

/** The records with this one in its place; when it is undone, what was there before, unless somebody has changed it. */
function withRecord({ zone, house: { sandbox } }: Site, type: string, name: string, addresses: string[]): Undo {
  const key = `${type}/${name}`.toLowerCase()
  const before = zone.records.get(key)
  const broken: RecordSet = { type, name, ttl: 300, addresses, metadata: before?.metadata ?? {}, etag: before?.etag ?? 'page' }
  zone.records.set(key, broken)
  sandbox.world.changed()
  return () => {
    const isStill = zone.records.get(key) === broken && broken.addresses.join() === addresses.join()
    if (isStill && before !== undefined) zone.records.set(key, before)
    if (isStill && before === undefined) zone.records.delete(key)
    sandbox.world.changed()
  }
}
