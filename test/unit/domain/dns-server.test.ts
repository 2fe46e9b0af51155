import { expect, test } from 'vitest'
import { dnsServerIn, isAddress, labelOf } from '../../../src/domain/dns-server.ts'

test.each([
  ['10.0.0.5', '10.0.0.5', 53, '10.0.0.5'],
  ['10.0.0.5:5353', '10.0.0.5', 5353, '10.0.0.5:5353'],
  ['fd00::53', 'fd00::53', 53, 'fd00::53'],
  ['[fd00::53]', 'fd00::53', 53, 'fd00::53'],
  ['[fd00::53]:53', 'fd00::53', 53, 'fd00::53'],
  ['[fd00::53]:5353', 'fd00::53', 5353, '[fd00::53]:5353'],
  ['fd00::1:5353', 'fd00::1:5353', 53, 'fd00::1:5353'],
  ['::ffff:10.0.0.5', '::ffff:10.0.0.5', 53, '::ffff:10.0.0.5'],
  ['fe80::1%eth0', 'fe80::1%eth0', 53, 'fe80::1%eth0'],
  ['[fe80::1%br_lan]:5353', 'fe80::1%br_lan', 5353, '[fe80::1%br_lan]:5353'],
  ['fe80::1%2', 'fe80::1%2', 53, 'fe80::1%2'],
])('%s', (text, address, port, label) => {
  const server = dnsServerIn(text)
  expect(server).toEqual({ address, port })
  expect(labelOf({ address, port })).toBe(label)
})

test.each([
  '',
  'dns.example',
  'dns.example:53',
  '10.0.0',
  '10.0.0.5:',
  '10.0.0.5:0',
  '10.0.0.5:65536',
  '10.0.0.5:5e3',
  '10.0.0.5:53:53',
  '[10.0.0.5]:53',
  'fd00:::53',
  '[fd00::53',
  'fd00::53]:53',
  '[fd00::53]:',
  '[fd00::53]:0',
  '[fd00::53]:65536',
  '[fd00::53]5353',
  '[dns.example]:53',
  'fe80::1%',
  'fe80::1%a%b',
  'fe80::1%../etc',
  'fe80::1%a-name-that-is-too-long',
  '10.0.0.5%eth0',
])('not a server: %j', (text) => {
  expect(dnsServerIn(text)).toBeUndefined()
})

test('an address alone', () => {
  expect(['10.0.0.5', 'fd00::53', 'fe80::1%eth0'].map(isAddress)).toEqual([true, true, true])
  expect(['10.0.0.5:53', '[fd00::53]', '[fd00::53]:53', ''].map(isAddress)).toEqual([false, false, false, false])
})
