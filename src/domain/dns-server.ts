import { isIPv4, isIPv6 } from 'node:net'

export interface DnsServer {
  /** IPv4 or IPv6; a link-local one with its interface behind it, as in `fe80::1%eth0`. */
  readonly address: string
  readonly port: number
}

/** Reads `10.0.0.5`, `10.0.0.5:5353`, `fd00::53`, `[fd00::53]` and `[fd00::53]:5353`. Undefined for anything else. */
export function dnsServerIn(text: string): DnsServer | undefined {
  if (isAddress(text)) return { address: text, port: 53 }
  const [, bracketed, plain, digits = '53'] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const address = bracketed ?? plain
  const port = Number(digits)
  const isRight = bracketed === undefined ? isIPv4(plain ?? '') : isScopedIpv6(bracketed)
  return address !== undefined && isRight && port >= 1 && port <= 65_535 ? { address, port } : undefined
}

/** The name of a server in evidence: its address, and its port unless that is 53. */
export function labelOf({ address, port }: DnsServer): string {
  if (port === 53) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** Whether a text is an address without a port. */
export function isAddress(text: string): boolean {
  return isIPv4(text) || isScopedIpv6(text)
}

/** Node's own check refuses interfaces with `_` in their names. */
function isScopedIpv6(text: string): boolean {
  const [address = '', scope, ...more] = text.split('%')
  return isIPv6(address) && more.length === 0 && (scope === undefined || /^[\w.-]{1,15}$/.test(scope))
}
