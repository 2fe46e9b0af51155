import type { Answer } from 'dns-packet'
import type { ResolverBehavior } from '../../vnet/custom-resolver.ts'
import type { RecordSet } from '../../world.ts'
import { type Fault, fault, type Site, type Undo } from './fault.ts'

/** Zones, records, and the DNS servers of the company. */

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
  resolver('dns-server-failing', 'DNS server silent', 'The company’s DNS servers are down.', () => ({ kind: 'silence' })),
  resolver(
    'dns-server-failing',
    'DNS server fails',
    'The company’s DNS servers answer SERVFAIL.',
    () => ({ kind: 'answer', rcode: 2 }),
    'dns-servfail',
  ),
  resolver(
    'dns-cache-stale',
    'Negative answer cached',
    'Somebody asked before the record existed, and the DNS server still remembers that there was nothing.',
    () => ({ kind: 'answer', rcode: 3, authorities: [azureSoa], fromMemory: true }),
  ),
  resolver(
    'dns-cache-stale',
    'Old address cached',
    'The DNS server still remembers the address of the endpoint before this one.',
    ({ host, foreign }) => ({ kind: 'answer', answers: [{ type: 'A', name: host, ttl: 600, data: foreign }], fromMemory: true }),
    'dns-cache-address',
  ),
  fault(
    'dns-cache-stale',
    'Two servers disagree',
    'One of two DNS servers still has a record of its own, so that it works now and then.',
    ({ house: { resolvers }, host, foreign }) => {
      const [first] = resolvers
      first.behave({ kind: 'answer', answers: [{ type: 'A', name: host, ttl: 600, data: foreign }] })
      return () => first.behave({ kind: 'forward' })
    },
    'dns-servers-disagree',
  ),
  resolver('dns-forwarder-missing', 'No forwarder', 'The company’s DNS servers ask the internet, not Azure.', () => ({
    kind: 'answer',
    rcode: 3,
  })),
  fault(
    'dns-public-address',
    'Public address',
    'The zone is gone here, and a wildcard of the company on the internet answers in its place.',
    (site) => {
      const { zone, host, house } = site
      const { world } = house.sandbox
      world.zones.delete(zone.id.toLowerCase())
      world.changed()
      const undo = behave(site, { kind: 'answer', answers: [{ type: 'A', name: host, ttl: 300, data: '203.0.113.7' }] })
      return () => {
        undo()
        if (!world.zones.has(zone.id.toLowerCase())) world.zones.set(zone.id.toLowerCase(), zone)
        world.changed()
      }
    },
  ),
]

/** As Azure's zones end a negative answer; its time is long enough to be found. */
const azureSoa: Answer = {
  type: 'SOA',
  name: 'westus3.privatelink.azure.clickhouse.cloud',
  ttl: 600,
  data: {
    mname: 'azureprivatedns.net',
    rname: 'azureprivatedns-host.microsoft.com',
    serial: 1,
    refresh: 3600,
    retry: 300,
    expire: 2_419_200,
    minimum: 600,
  },
}

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

function resolver(code: string, title: string, field: string, of: (site: Site) => ResolverBehavior, key = code): Fault {
  return fault(code, title, field, (site) => behave(site, of(site)), key)
}

function behave({ house: { resolvers } }: Site, behavior: ResolverBehavior): () => void {
  for (const each of resolvers) each.behave(behavior)
  return () => {
    for (const each of resolvers) each.behave({ kind: 'forward' })
  }
}
