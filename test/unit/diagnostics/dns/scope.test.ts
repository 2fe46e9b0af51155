import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { withNamedScope } from '../../../../src/diagnostics/dns/scope.ts'

const linkLocal = (scopeid: number): NetworkInterfaceInfo => ({
  family: 'IPv6',
  address: 'fe80::7',
  netmask: 'ffff:ffff:ffff:ffff::',
  cidr: 'fe80::7/64',
  mac: '02:00:00:00:00:07',
  internal: false,
  scopeid,
})

test.each([
  ['fe80::1%3', 'fe80::1%eth1'],
  ['fe80::1%2', 'fe80::1%eth0'],
  ['fe80::1%4', 'fe80::1%4'],
  ['fe80::1%eth1', 'fe80::1%eth1'],
  ['fe80::1', 'fe80::1'],
  ['10.0.0.5', '10.0.0.5'],
])('%s is %s', (address, named) => {
  expect(withNamedScope(address, () => ({ eth0: [linkLocal(2)], eth1: [linkLocal(0), linkLocal(3)] }))).toBe(named)
})
