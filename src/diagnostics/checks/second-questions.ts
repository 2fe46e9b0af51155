import { setTimeout as delay } from 'node:timers/promises'
import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import { zoneOf } from '../../domain/target.ts'
import type { Check } from '../check.ts'
import { type DnsServer, labelOf, queryDns } from '../dns/query.ts'
import { randomLabel } from '../dns/random-label.ts'
import { askServers } from '../dns/servers.ts'

/** Questions that only a first answer raises: a healthy path is not held up by them. */

/** TTLs count in seconds: after so long, in milliseconds, that of a remembered answer has fallen. */
const secondMs = 1_100

/** How long an answer may take here, in milliseconds. */
const timeoutMs = 1_000

/** The server that disagrees with Azure DNS, asked once more a second later: an answer from its memory has grown older, one of its own has not. */
export function laterCheck(servers: () => readonly DnsServer[]): Check<'later'> {
  return {
    id: 'later',
    needs: ['resolver', 'wire', 'azure-dns'],
    deadlineMs: 3_000,
    async run({ host }, { resolver, wire, 'azure-dns': azure }, signal) {
      const first = wire ?? resolver
      const server = servers().find((each) => labelOf(each) === first?.server)
      if (first === undefined || azure === undefined || server === undefined || !disagree(first, azure)) return undefined
      await delay(secondMs, undefined, { signal }).catch(() => undefined)
      return signal.aborted ? undefined : await queryDns(server, host, signal, { timeoutMs })
    },
  }
}

/** Both know something, the resolver with a TTL, and it is not the same. */
function disagree(resolver: DnsAnswer, azure: DnsAnswer): boolean {
  const alike = new Set(resolver.addresses).symmetricDifference(new Set(azure.addresses)).size === 0
  return resolver.ttl !== undefined && azure.rcode === 'NOERROR' && azure.addresses.length > 0 && !alike
}

/**
 * A name of the zone that nobody uses, asked of Azure DNS where that does not answer the host's name with the expected address alone: what the
 * wildcard says tells a record of the host's own from a zone that is wrong altogether.
 */
export function wildcardCheck(servers: readonly DnsServer[]): Check<'wildcard'> {
  return {
    id: 'wildcard',
    needs: ['azure-dns'],
    deadlineMs: timeoutMs + 500,
    async run({ host, expectedAddress }, { 'azure-dns': azure }, signal) {
      if (azure?.rcode !== 'NOERROR') return undefined
      const unexpected = expectedAddress !== undefined && azure.addresses.some((address) => address !== expectedAddress)
      if (azure.addresses.length > 0 && !unexpected) return undefined
      return await askServers(servers, `${randomLabel()}.${zoneOf(host)}`, signal, { timeoutMs })
    },
  }
}
