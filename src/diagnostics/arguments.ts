import { parseArgs } from 'node:util'
import { pastedHost } from '../domain/pasted.ts'

/** The parsed command line of `npm run diagnose`. */
export interface Asked {
  readonly host: string
  readonly expectedAddress?: string
  readonly network?: string
  readonly dnsServers: readonly string[]
  readonly prefixes: readonly string[]
  readonly json: boolean
}

export const usage = `Usage: npm run diagnose -- HOST [options]

Checks the connection from this machine to a ClickHouse Cloud service behind a private endpoint, and names what is wrong.
If TLS is verified, it asks the service for /ping, which wakes an idle service: that costs money.

  --expect-ip IP           the private endpoint's address, from its network interface
  --network NAME           what to call the network in the answer
  --dns-server IP[:PORT]   Azure DNS, if not 168.63.129.16; may be repeated; also IPv6 or [IPv6]:PORT
  --prefix CIDR            where it may connect, if not RFC 1918 and 100.64.0.0/10; may be repeated
  --json                   one object, for programs

Exit status: 0 healthy, 1 a fault was found, 2 the checks could not run.
`

/** @throws Error with a message for the person who typed the command */
export function readArguments(words: readonly string[]): Asked | 'help' {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      'expect-ip': { type: 'string' },
      network: { type: 'string' },
      'dns-server': { type: 'string', multiple: true, default: [] },
      prefix: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const [host, ...more] = positionals
  if (host === undefined || more.length > 0) throw new Error('Name one host.')
  const { network, json } = values
  const expectedAddress = values['expect-ip']
  return {
    host: hostIn(host),
    dnsServers: values['dns-server'],
    prefixes: values.prefix,
    json,
    ...(expectedAddress !== undefined && { expectedAddress }),
    ...(network !== undefined && { network }),
  }
}

/** The host of a pasted URL or address, in lower case. What holds none is refused later, in the words that were typed. */
function hostIn(text: string): string {
  return (pastedHost(text)?.host ?? text).toLowerCase()
}
