import { getServers } from 'node:dns'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { type DnsServer, dnsServerIn, isAddress } from '../../domain/dns-server.ts'

/** What the files of this machine tell its resolver. */
export interface ResolverFiles {
  /** IPv4 addresses that the hosts file gives a name. */
  pinned(name: string): Promise<readonly string[]>
  /** Domains that are appended to a name when it does not exist without them. */
  searchList(): Promise<readonly string[]>
  /** The DNS servers that programs ask, over IPv4 and IPv6. */
  servers(): readonly DnsServer[]
  /** The servers to which the stub of systemd-resolved forwards, where programs ask that; else none. */
  behind(): readonly DnsServer[]
}

/** The addresses of systemd-resolved's stub. It answers in the name of the servers in `upstreamConf`. */
const stubs = new Set(['127.0.0.53', '127.0.0.54'])

/** How many servers of its list the C library asks, of either family; the rest is ignored, and what is no address does not count. */
export const mostServers = 3

/** How many domains of the search list are tried at most; the C library has the same bound. */
const maxDomains = 6

/** Reads the files on every call, so that a repaired file counts at once. A file that cannot be read counts as empty. */
export function resolverFiles(
  hosts = '/etc/hosts',
  resolvConf = '/etc/resolv.conf',
  upstreamConf = '/run/systemd/resolve/resolv.conf',
): ResolverFiles {
  const servers = (): readonly DnsServer[] => {
    const listed = nameServersIn(resolvConf, mostServers)
    return listed.length > 0 ? listed : getServers().flatMap((server) => dnsServerIn(server) ?? [])
  }
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
    servers,
    behind: () =>
      servers().some(({ address }) => stubs.has(address))
        ? nameServersIn(upstreamConf).filter(({ address }) => !stubs.has(address))
        : [],
  }
}

/** The first `most` servers. As for the C library, only an address without a port is one. */
function nameServersIn(path: string, most = Number.POSITIVE_INFINITY): readonly DnsServer[] {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  const servers = linesOf(text).flatMap(([keyword, address = '']) =>
    keyword === 'nameserver' && isAddress(address) ? [{ address, port: 53 }] : [],
  )
  return servers.slice(0, most)
}

async function wordsOf(path: string): Promise<readonly string[][]> {
  return linesOf(await readFile(path, 'utf8').catch(() => ''))
}

function linesOf(text: string): readonly string[][] {
  return text.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .split(/\s+/)
      .filter((word) => word !== ''),
  )
}
