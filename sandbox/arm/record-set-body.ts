import type { PrivateZone, RecordSet } from '../world.ts'

const type = 'Microsoft.Network/privateDnsZones'

export type RecordSetBody = ReturnType<typeof recordSetBody> | ReturnType<typeof soaBody>

export function recordSetBody({ id, name: zone }: PrivateZone, record: RecordSet) {
  const kind = record.type.toUpperCase()
  const name = record.name.toLowerCase()
  return {
    id: `${id}/${kind}/${name}`,
    name,
    type: `${type}/${kind}`,
    etag: record.etag,
    properties: {
      fqdn: name === '@' ? `${zone}.` : `${name}.${zone}.`,
      isAutoRegistered: false,
      metadata: record.metadata,
      ttl: record.ttl,
      ...(kind === 'AAAA'
        ? { aaaaRecords: record.addresses.map((ipv6Address) => ({ ipv6Address })) }
        : { aRecords: record.addresses.map((ipv4Address) => ({ ipv4Address })) }),
    },
  }
}

/** Every zone is born with it, and keeps it. */
export function soaBody({ id, name: zone, etag }: PrivateZone) {
  return {
    id: `${id}/SOA/@`,
    name: '@',
    type: `${type}/SOA`,
    etag,
    properties: {
      fqdn: `${zone}.`,
      isAutoRegistered: false,
      metadata: {},
      ttl: 3600,
      soaRecord: {
        host: 'azureprivatedns.net',
        email: 'azureprivatedns-host.microsoft.com',
        serialNumber: 1,
        refreshTime: 3600,
        retryTime: 300,
        expireTime: 2_419_200,
        minimumTtl: 10,
      },
    },
  }
}
