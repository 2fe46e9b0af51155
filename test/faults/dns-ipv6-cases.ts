import type { FaultCase } from './fault-case.ts'
import type { DnsReply, FaultWorld } from './fault-world.ts'

const right = ({ host, endpoint }: FaultWorld): DnsReply => ({
  answers: [{ type: 'A', name: host, ttl: 60, data: endpoint.address }],
})

/** Servers on IPv6 addresses, which the C library asks as it asks those on IPv4. */
export const dnsIpv6Cases: readonly FaultCase[] = [
  {
    codes: ['healthy'],
    what: 'the only server is on IPv6 and right',
    break: async (world) => world.resolver(await world.dns(right(world), '::1')),
  },
  {
    codes: ['dns-servers-disagree'],
    what: 'the second server is on IPv6 and does not forward',
    remedy: /^Correct \[::1\]:\d+:/,
    break: async ({ dns, azureDns, resolver }) => resolver(azureDns, await dns({ rcode: 3 }, '::1')),
  },
  {
    codes: ['dns-servers-disagree'],
    what: 'the first server is on IPv6 and right, the second does not forward',
    remedy: /^Correct 127\.0\.0\.1:\d+:/,
    break: async (world) => world.resolver(await world.dns(right(world), '::1'), await world.dns({ rcode: 3 })),
  },
  {
    codes: ['dns-server-failing'],
    what: 'the only server is on IPv6 and silent',
    remedy: /\[::1\]:\d+/,
    break: async ({ dns, resolver }) => resolver(await dns('silence', '::1')),
  },
  {
    codes: ['dns-ipv6-failing'],
    what: 'the server on IPv6 does not answer about AAAA',
    remedy: /\[::1\]:\d+/,
    break: async (world) => world.resolver(await world.dns((_name, type) => (type === 'AAAA' ? 'silence' : right(world)), '::1')),
  },
  {
    codes: ['healthy'],
    what: 'the first server is on IPv6 and silent',
    break: async ({ dns, azureDns, resolver }) => resolver(await dns('silence', '::1'), azureDns),
  },
  {
    codes: ['healthy'],
    what: 'the first server is on an interface that is not there',
    break: ({ azureDns, resolver }) => resolver({ address: 'fe80::53%gone0', port: 53 }, azureDns),
  },
]
