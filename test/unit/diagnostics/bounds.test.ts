import { expect, test } from 'vitest'
import { createBounds, requireHost } from '../../../src/diagnostics/bounds.ts'

const hostSuffixes = ['.privatelink.azure.clickhouse.cloud']
const bounds = createBounds({ hostSuffixes, prefixes: ['10.0.0.0/16', '168.63.129.0/24', '169.254.0.0/16'] })

test.each(['a.westus3.privatelink.azure.clickhouse.cloud', 'A.Westus3.PrivateLink.azure.clickhouse.cloud'])(
  'permits %s',
  (host) => {
    expect(bounds.permitsHost(host)).toBe(true)
    expect(() => requireHost(bounds, host)).not.toThrow()
  },
)

test.each([
  'privatelink.azure.clickhouse.cloud',
  '.privatelink.azure.clickhouse.cloud',
  'evilprivatelink.azure.clickhouse.cloud',
  'a.privatelink.azure.clickhouse.cloud.evil.example',
  'a.privatelink.azure.clickhouse.cloud.',
  'a..privatelink.azure.clickhouse.cloud',
  'a b.privatelink.azure.clickhouse.cloud',
  'a/../x.privatelink.azure.clickhouse.cloud',
  'a\n.privatelink.azure.clickhouse.cloud',
  '10.0.0.4',
  '0x7f.1',
  '0x7f000001',
  '2130706433',
  '127.1',
  '::ffff:127.0.0.1',
  '[::1]',
  'localhost',
  '',
])('refuses the host %j', (host) => {
  expect(bounds.permitsHost(host)).toBe(false)
  expect(() => requireHost(bounds, host)).toThrow(expect.objectContaining({ code: 'host-not-permitted' }))
})

test.each(['10.0.0.4', '10.0.255.255'])('permits %s', (address) => expect(bounds.permitsAddress(address, 8443)).toBe(true))

test.each([
  '10.1.0.1',
  '8.8.8.8',
  '127.0.0.1',
  '0.0.0.0',
  '169.254.169.254',
  '224.0.0.1',
  '255.255.255.255',
  '168.63.129.16',
  '0x0a.0.0.4',
  '010.0.0.4',
  '167772164',
  '0x7f.1',
  '2130706433',
  '127.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::1',
  '::ffff:10.0.0.4',
  '10.0.0.4 ',
  '',
])('refuses the address %j', (address) => expect(bounds.permitsAddress(address, 8443)).toBe(false))

test('Azure DNS is reachable on its own port only', () => {
  expect(bounds.permitsAddress('168.63.129.16', 53)).toBe(true)
})

test('loopback has to be meant', () => {
  const withPrefix = (prefix: string) => createBounds({ hostSuffixes, prefixes: [prefix] }).permitsAddress('127.10.0.4', 8443)
  expect(withPrefix('127.10.0.0/16')).toBe(true)
  expect(withPrefix('127.0.0.0/8')).toBe(true)
  expect(withPrefix('127.11.0.0/16')).toBe(false)
  expect(withPrefix('0.0.0.0/0')).toBe(false)
  expect(withPrefix('127.0.0.0/7')).toBe(false)
})

test.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/8', ''])('a prefix %j is an error', (prefix) => {
  expect(() => createBounds({ hostSuffixes, prefixes: [prefix] })).toThrow(/not an IPv4 prefix/)
})
