import { getServers } from 'node:dns'
import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import type { DnsServer } from './query.ts'

/** What the system's resolver is told besides its servers. */
export interface ResolverFiles {
  /** IPv4 addresses that the hosts file pins to a name. */
  pinned(name: string): Promise<readonly string[]>
  /** Domains that are tried behind a name that does not exist by itself. */
  searchList(): Promise<readonly string[]>
  /** The servers that it asks, those with IPv4 addresses. */
  servers(): readonly DnsServer[]
}

/** Searched at most, as the C library does. */
const maxDomains = 6

/** Reads the files anew each time: they are small, and somebody may be mending them. A file that cannot be read says nothing. */
export function resolverFiles(hosts = '/etc/hosts', resolvConf = '/etc/resolv.conf'): ResolverFiles {
  return {
    async pinned(name) {
      const wanted = name.toLowerCase().replace(/\.$/, '')
      return (await wordsOf(hosts)).flatMap(([address = '', ...names]) =>
        isIPv4(address) && names.some((each) => each.toLowerCase() === wanted) ? [address] : [],
      )
    },
    async searchList() {
      const lines = await wordsOf(resolvConf)
      const last = lines.findLast(([keyword]) => keyword === 'search' || keyword === 'domain')
      return (last ?? []).slice(1, 1 + maxDomains).map((domain) => domain.replace(/\.$/, ''))
    },
    servers: () => getServers().flatMap(parseServer),
  }
}

async function wordsOf(path: string): Promise<readonly string[][]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .split(/\s+/)
      .filter((word) => word !== ''),
  )
}

/** `10.0.0.5` or `10.0.0.5:5353`; what c-ares gives for IPv6 is left out. */
function parseServer(server: string): readonly DnsServer[] {
  const [address = '', port = '53', ...rest] = server.split(':')
  return isIPv4(address) && rest.length === 0 ? [{ address, port: Number(port) }] : []
}
