import ipaddr from 'ipaddr.js'
import { TerminalError } from '../domain/errors.ts'

const { IPv4 } = ipaddr

/** Which hosts and addresses this process may connect to. The configuration sets them; no job can widen them. */
export interface Bounds {
  permitsHost(host: string): boolean
  /** Accepts IPv4 in four decimal parts only. */
  permitsAddress(address: string, port: number): boolean
}

/** Never dialled, even inside a permitted prefix: "this network", link-local (with the cloud's metadata service), multicast, reserved. */
const neverDialled = ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'].map((cidr) => IPv4.parseCIDR(cidr))
const loopback = IPv4.parseCIDR('127.0.0.0/8')
/** Azure's own address in every network. It serves DNS, and also services that virtual machines trust, so only port 53 is permitted. */
const azurePlatform = '168.63.129.16'

/** Labels of letters, digits, `-` and `_`, the last one beginning with a letter: it excludes every way to write an address as a number. */
const hostName = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,62}$/i

/** Whether a text is a name with a domain, and not an address in any notation. */
export function isHostName(text: string): boolean {
  return hostName.test(text)
}

export function createBounds({
  hostSuffixes,
  prefixes,
}: {
  hostSuffixes: readonly string[]
  prefixes: readonly string[]
}): Bounds {
  const suffixes = hostSuffixes
    .map((suffix) => `.${suffix.toLowerCase().replace(/^\./, '')}`)
    .filter((suffix) => suffix.length > 1)
  const permitted = prefixes.map(parsePrefix)
  // Loopback is permitted only by a prefix inside it: 0.0.0.0/0 does not permit this machine.
  const permittedLoopback = permitted.filter(([network, length]) => network.match(loopback) && length >= 8)
  return {
    permitsHost(host) {
      const name = host.toLowerCase()
      return isHostName(name) && suffixes.some((suffix) => name.endsWith(suffix) && name.length > suffix.length)
    },
    permitsAddress(address, port) {
      if (!IPv4.isValidFourPartDecimal(address)) return false
      const ip = IPv4.parse(address)
      if (neverDialled.some((range) => ip.match(range))) return false
      if (address === azurePlatform) return port === 53
      return (ip.match(loopback) ? permittedLoopback : permitted).some((range) => ip.match(range))
    },
  }
}

function parsePrefix(cidr: string) {
  if (!IPv4.isValidCIDRFourPartDecimal(cidr)) {
    throw new TerminalError('prefix-invalid', `"${cidr}" is not an IPv4 prefix.`, { remedy: 'Write it as in 10.0.0.0/16.' })
  }
  return IPv4.parseCIDR(cidr)
}

/** @throws TerminalError `host-not-permitted` */
export function requireHost(bounds: Bounds, host: string): void {
  if (bounds.permitsHost(host)) return
  throw new TerminalError('host-not-permitted', 'This worker does not look at hosts of that domain.', {
    remedy: "Use the service's private host name; DIAGNOSTICS_HOST_SUFFIXES sets which domains a worker may look at.",
  })
}
