import { getServers } from 'node:dns'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import type { DnsServer } from './query.ts'

/** What the files of this machine tell its resolver. */
export interface ResolverFiles {
  /** IPv4 addresses that the hosts file gives a name. */
  pinned(name: string): Promise<readonly string[]>
  /** Domains that are appended to a name when it does not exist without them. */
  searchList(): Promise<readonly string[]>
  /** The DNS servers with IPv4 addresses that programs ask. */
  servers(): readonly DnsServer[]
  /** The servers to which the stub of systemd-resolved forwards, where programs ask that; else none. */
  behind(): readonly DnsServer[]
}

/** The addresses of systemd-resolved's stub. It answers in the name of the servers in `upstreamConf`. */
const stubs = new Set(['127.0.0.53', '127.0.0.54'])

/** How many servers of its list the C library asks; the rest is ignored. */
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
    return listed.length > 0 ? listed : getServers().flatMap(parseServer)
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

/** The IPv4 servers among the first `most`. */
function nameServersIn(path: string, most = Number.POSITIVE_INFINITY): readonly DnsServer[] {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  const servers = linesOf(text).filter(([keyword, address]) => keyword === 'nameserver' && address !== undefined)
  return servers.slice(0, most).flatMap(([, address = '']) => parseServer(address))
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

/** Parses `10.0.0.5` or `10.0.0.5:5353`; returns an empty list for an IPv6 server. */
function parseServer(server: string): readonly DnsServer[] {
  const [address = '', port = '53', ...rest] = server.split(':')
  return isIPv4(address) && rest.length === 0 ? [{ address, port: Number(port) }] : []
}
