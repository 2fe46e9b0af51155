import { networkInterfaces } from 'node:os'

/**
 * The address with its interface by name, as in `fe80::1%eth0`. systemd-resolved writes the interface's number (`fe80::1%2`), which the C library takes and
 * Node does not. Unchanged where no interface has that number.
 */
export function withNamedScope(address: string, interfaces = networkInterfaces): string {
  const [host = '', scope = ''] = address.split('%')
  if (!/^\d+$/.test(scope)) return address
  const named = Object.entries(interfaces()).find(([, addresses = []]) =>
    addresses.some((each) => each.family === 'IPv6' && each.scopeid === Number(scope)),
  )
  return named === undefined ? address : `${host}%${named[0]}`
}
