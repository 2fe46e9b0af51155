import type { Answer } from 'dns-packet'
import type { FaultCase } from './fault-case.ts'
import type { DnsReply, FaultWorld } from './fault-world.ts'

/** As Azure's zones end a negative answer. */
const azureSoa = {
  type: 'SOA' as const,
  name: 'westus3.privatelink.azure.clickhouse.cloud',
  ttl: 10,
  data: { mname: 'azureprivatedns.net', rname: 'x.microsoft.com', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 10 },
} satisfies Answer

/** As the internet's name servers end a negative answer. */
const publicSoa: Answer = {
  ...azureSoa,
  name: 'azure.clickhouse.cloud',
  ttl: 47,
  data: { ...azureSoa.data, mname: 'ns-1.awsdns-1.org', minimum: 60 },
}

/** A resolver that forwards to Azure, except for this one name. */
const forwarding =
  ({ host, endpoint }: FaultWorld, own: (type: string) => DnsReply | 'silence') =>
  (name: string, type: string): DnsReply | 'silence' => {
    if (name.toLowerCase() === host) return own(type)
    if (type === 'SOA') return { answers: [azureSoa] }
    return type === 'A' ? { answers: [{ type: 'A', name, ttl: 60, data: endpoint.address }] } : { authorities: [azureSoa] }
  }

const right = ({ host, endpoint }: FaultWorld): DnsReply => ({
  answers: [{ type: 'A', name: host, ttl: 60, data: endpoint.address }],
})

export const dnsCases: readonly FaultCase[] = [
  {
    codes: ['dns-negative-cached'],
    what: 'a resolver that forwards still remembers that the name did not exist',
    remedy: /4[5-7] s/,
    async break(world) {
      const own = { rcode: 3, authorities: [publicSoa], fromMemory: true }
      world.resolver(await world.dns(forwarding(world, () => own)))
    },
  },
  {
    codes: ['dns-negative-cached'],
    what: 'the same, where no wildcard serves other names',
    async break(world) {
      const { setRecord, records, endpoint, dns, resolver, host } = world
      records.clear()
      setRecord('A', 'q7k3m9x2wb', endpoint.address)
      const own = { rcode: 3, authorities: [publicSoa], fromMemory: true }
      resolver(
        await dns((name, type) => {
          if (name.toLowerCase() === host) return own
          return type === 'SOA' ? { answers: [azureSoa] } : { rcode: 3, authorities: [azureSoa] }
        }),
      )
    },
  },
  {
    codes: ['dns-answer-filtered'],
    what: 'a resolver that takes private addresses out',
    async break(world) {
      world.resolver(await world.dns((_name, type) => (type === 'SOA' ? { answers: [azureSoa] } : {})))
    },
  },
  {
    codes: ['dns-answer-filtered'],
    what: 'a resolver that refuses this name alone',
    async break(world) {
      world.resolver(await world.dns(forwarding(world, (type) => (type === 'A' ? { rcode: 5 } : {}))))
    },
  },
  {
    codes: ['dns-servers-disagree'],
    what: 'a second server that does not forward',
    remedy: /127\.0\.0\.1:\d+/,
    async break({ dns, azureDns, resolver }) {
      resolver(azureDns, await dns({ rcode: 3, authorities: [publicSoa] }))
    },
  },
  {
    codes: ['dns-servers-disagree'],
    what: 'a second server that asks the internet for 1.6 s',
    async break({ dns, azureDns, resolver }) {
      resolver(azureDns, await dns({ rcode: 3, authorities: [publicSoa], after: 1_600 }))
    },
  },
  {
    codes: ['dns-servers-disagree'],
    what: 'a first server that has an old address',
    async break({ dns, azureDns, resolver, host, foreign }) {
      resolver(await dns({ answers: [{ type: 'A', name: host, ttl: 60, data: foreign }] }), azureDns)
    },
  },
  {
    codes: ['healthy'],
    what: 'a second server that is dead',
    async break({ dns, azureDns, resolver }) {
      resolver(azureDns, await dns('silence'))
    },
  },
  ...(
    [
      ['silence', 'silence'],
      ['SERVFAIL', { rcode: 2 }],
      ['NXDOMAIN', { rcode: 3, authorities: [publicSoa] }],
    ] satisfies [string, DnsReply | 'silence'][]
  ).map(
    ([what, own]): FaultCase => ({
      codes: ['dns-ipv6-failing'],
      what: `AAAA gets ${what}, A is right`,
      async break(world) {
        world.resolver(await world.dns((_name, type) => (type === 'AAAA' ? own : right(world))))
      },
    }),
  ),
  {
    codes: ['dns-ipv6-failing'],
    what: 'AAAA gets NXDOMAIN from the second server alone',
    remedy: /127\.0\.0\.1:\d+/,
    async break(world) {
      const nothing = { rcode: 3, authorities: [publicSoa] }
      const second = await world.dns((_name, type) => (type === 'AAAA' ? nothing : right(world)))
      world.resolver(await world.dns((_name, type) => (type === 'AAAA' ? {} : right(world))), second)
    },
  },
  {
    codes: ['healthy'],
    what: 'AAAA takes 1.8 s, A does not',
    async break(world) {
      world.resolver(await world.dns((_name, type) => (type === 'AAAA' ? { after: 1_800 } : right(world))))
    },
  },
  {
    codes: ['dns-server-failing'],
    what: 'two servers, each in its own way',
    remedy: /servers 127\.0\.0\.1:\d+ and 127\.0\.0\.1:\d+/,
    async break({ dns, resolver }) {
      resolver(await dns({ rcode: 2 }), await dns({ rcode: 5 }))
    },
  },
  {
    codes: ['healthy'],
    what: 'a resolver that takes 2.8 s',
    async break(world) {
      world.resolver(await world.dns((_name, type) => ({ ...(type === 'A' ? right(world) : {}), after: 2_800 })))
    },
  },
  {
    codes: ['dns-record-masked'],
    what: 'a TXT record below the name',
    remedy: /below/,
    break: ({ setRecord }) => setRecord('TXT', '_acme-challenge.q7k3m9x2wb', 'hello'),
  },
  { codes: ['dns-zone-absent'], what: 'no zone', break: ({ world }) => world.zones.clear() },
  { codes: ['dns-zone-not-linked'], what: 'no link', break: ({ link }) => link(false) },
  { codes: ['dns-record-absent'], what: 'no record', break: ({ records }) => records.clear() },
  { codes: ['dns-record-masked'], what: 'a TXT record', break: ({ setRecord }) => setRecord('TXT', 'q7k3m9x2wb', 'hello') },
  {
    codes: ['dns-record-stale'],
    what: 'the wildcard leads elsewhere',
    break: ({ setRecord, foreign }) => setRecord('A', '*', foreign),
  },
  {
    codes: ['dns-record-shadowed'],
    what: 'a record of the host itself',
    break: ({ setRecord, foreign }) => setRecord('A', 'q7k3m9x2wb', foreign),
  },
  {
    codes: ['dns-record-shadowed'],
    what: 'a zone of the host itself',
    break: ({ world, host, foreign }) => {
      const [zone] = world.zones.values()
      if (zone === undefined) throw new Error('The world has no zone.')
      const record = { type: 'A', name: '@', ttl: 60, addresses: [foreign], metadata: {}, etag: 'e' }
      const own = { ...zone, id: `${zone.id}-own`, name: host, records: new Map([['a/@', record]]), links: new Map(zone.links) }
      world.zones.set(own.id.toLowerCase(), own)
      world.changed()
    },
  },
  {
    codes: ['dns-record-stale'],
    what: 'the wildcard leads elsewhere, and the resolver remembers when it did not',
    async break({ setRecord, foreign, endpoint, host, dns, resolver }) {
      resolver(await dns({ answers: [{ type: 'A', name: host, ttl: 42, data: endpoint.address }], fromMemory: true }))
      setRecord('A', '*', foreign)
    },
  },
  {
    codes: ['dns-cache-stale'],
    what: 'the resolver has the old address',
    async break({ dns, resolver, host, foreign }) {
      resolver(await dns({ answers: [{ type: 'A', name: host, ttl: 42, data: foreign }], fromMemory: true }))
    },
  },
  {
    codes: ['dns-cache-stale'],
    what: 'the resolver remembers that there was nothing',
    async break({ dns, resolver }) {
      resolver(await dns({ rcode: 3, authorities: [azureSoa], fromMemory: true }))
    },
  },
  {
    codes: ['dns-cache-stale'],
    what: 'the resolver has a record of its own',
    async break({ dns, resolver, host, foreign }) {
      resolver(await dns({ answers: [{ type: 'A', name: host, ttl: 42, data: foreign }] }))
    },
  },
  {
    codes: ['dns-forwarder-missing'],
    what: 'a public address of its own',
    async break({ dns, resolver, host }) {
      resolver(await dns({ answers: [{ type: 'A', name: host, ttl: 42, data: '203.0.113.9' }] }))
    },
  },
  {
    codes: ['dns-forwarder-missing'],
    what: 'NXDOMAIN of its own',
    async break({ dns, resolver }) {
      resolver(await dns({ rcode: 3 }))
    },
  },
  {
    codes: ['dns-server-failing'],
    what: 'SERVFAIL',
    async break({ dns, resolver }) {
      resolver(await dns({ rcode: 2 }))
    },
  },
  {
    codes: ['dns-server-failing'],
    what: 'REFUSED',
    async break({ dns, resolver }) {
      resolver(await dns({ rcode: 5 }))
    },
  },
  {
    codes: ['dns-server-failing'],
    what: 'nobody listens on its port',
    break: ({ resolver, foreign }) => resolver({ address: foreign, port: 53 }),
  },
  {
    codes: ['dns-server-failing'],
    what: 'a dead resolver',
    async break({ dns, resolver }) {
      resolver(await dns('silence'))
    },
  },
  {
    codes: ['healthy'],
    what: 'one of two resolvers is dead',
    async break({ dns, azureDns, resolver }) {
      resolver(await dns('silence'), azureDns)
    },
  },
  {
    codes: ['dns-public-address'],
    what: 'a wildcard of the company on the internet, and no zone here',
    async break({ world, dns, resolver, host }) {
      world.zones.clear()
      world.changed()
      resolver(await dns({ answers: [{ type: 'A', name: host, ttl: 300, data: '203.0.113.7' }] }))
    },
  },
  {
    codes: ['dns-several-addresses'],
    what: 'two addresses',
    break: ({ setRecord, endpoint, foreign }) => setRecord('A', '*', endpoint.address, foreign),
  },
  {
    codes: ['dns-dangling-cname'],
    what: 'an alias of nothing',
    break: ({ setRecord }) => setRecord('CNAME', 'q7k3m9x2wb', 'gone.example'),
  },
  { codes: ['dns-ipv6-answer'], what: 'an AAAA record', break: ({ setRecord }) => setRecord('AAAA', '*', '2001:db8::4') },
]
