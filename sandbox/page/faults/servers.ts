import type { Answer } from 'dns-packet'
import type { ResolverBehavior } from '../../vnet/custom-resolver.ts'
import { type Fault, fault, type Site } from './fault.ts'

/** The DNS servers of the company. */

export const serverFaults: readonly Fault[] = [
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
    'dns-servers-disagree',
    'Two servers disagree',
    'One of two DNS servers still has a record of its own, so that it works now and then.',
    ({ house: { resolvers }, host, foreign }) => {
      const [first] = resolvers
      first.behave({ kind: 'answer', answers: [{ type: 'A', name: host, ttl: 600, data: foreign }] })
      return () => first.behave({ kind: 'forward' })
    },
  ),
  resolver('dns-forwarder-missing', 'No forwarder', 'The company’s DNS servers ask the internet, not Azure.', () => ({
    kind: 'answer',
    rcode: 3,
  })),
  resolver(
    'dns-negative-cached',
    'Missing name remembered',
    'The name was asked for before the zone was linked, and the DNS server remembers what the internet said.',
    ({ host }) => ({
      kind: 'answer',
      rcode: 3,
      authorities: [publicSoa],
      fromMemory: true,
      isMeant: ({ name }) => name === host,
    }),
  ),
  resolver(
    'dns-answer-filtered',
    'Private answers filtered',
    'Rebinding protection takes private addresses out of answers.',
    () => ({
      kind: 'answer',
      isMeant: ({ type }) => type === 'A',
    }),
  ),
  resolver('dns-ipv6-failing', 'AAAA fails', 'The DNS servers answer SERVFAIL to every question for an IPv6 address.', () => ({
    kind: 'answer',
    rcode: 2,
    isMeant: ({ type }) => type === 'AAAA',
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

/** As the internet's name servers end a negative answer. */
const publicSoa: Answer = {
  type: 'SOA',
  name: 'azure.clickhouse.cloud',
  ttl: 600,
  data: {
    mname: 'ns-1.awsdns-1.org',
    rname: 'awsdns-hostmaster.amazon.com',
    serial: 1,
    refresh: 7200,
    retry: 900,
    expire: 1_209_600,
    minimum: 600,
  },
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
