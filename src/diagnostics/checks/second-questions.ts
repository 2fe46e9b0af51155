import { setTimeout as delay } from 'node:timers/promises'
import type { DnsAnswer } from '../../domain/diagnosis/evidence.ts'
import { type DnsServer, labelOf } from '../../domain/dns-server.ts'
import { zoneOf } from '../../domain/target.ts'
import type { Check } from '../check.ts'
import { queryDns } from '../dns/query.ts'
import { randomLabel } from '../dns/random-label.ts'
import { askServers } from '../dns/servers.ts'
import type { AskedServers } from './servers.ts'

/** Checks that run only when the first answers differ from what was expected, so that a healthy path does not wait for them. */

/** How long to wait before the second question, in milliseconds: more than one second, so that the TTL of a cached answer has become less. */
const askAgainAfterMs = 1_100

/** How long an answer to a second question may take, in milliseconds. */
const timeoutMs = 1_000

/** Asks a server that disagrees with Azure DNS again, a second later. The TTL of a cached answer has become less by then; that of the server's own record has not. */
export function laterCheck(servers: () => readonly DnsServer[]): Check<'later'> {
  return {
    id: 'later',
    needs: ['resolver', 'wire', 'azure-dns'],
    deadlineMs: 3_000,
    run({ host }, { resolver, wire, 'azure-dns': azure }) {
      const first = wire ?? resolver
      const server = servers().find((each) => labelOf(each) === first?.server)
      if (first === undefined || azure === undefined || server === undefined || !disagree(first, azure)) return undefined
      return async (signal) => {
        await delay(askAgainAfterMs, undefined, { signal }).catch(() => undefined)
        return signal.aborted ? undefined : await queryDns(server, host, signal, { timeoutMs })
      }
    },
  }
}

/** Whether both gave a known answer, the resolver's with a TTL, and the two differ. */
function disagree(resolver: DnsAnswer, azure: DnsAnswer): boolean {
  const alike = new Set(resolver.addresses).symmetricDifference(new Set(azure.addresses)).size === 0
  return resolver.ttl !== undefined && azure.rcode === 'NOERROR' && azure.addresses.length > 0 && !alike
}

/**
 * Asks the server that gives the name no address whether it forwards the zone to Azure: for a random name of the zone, which no cache holds, and for the
 * zone's own SOA. Skipped where Azure DNS gives no address either.
 */
export function forwardingCheck(servers: () => AskedServers): Check<'forwarding'> {
  return {
    id: 'forwarding',
    needs: ['resolver', 'wire', 'servers', 'azure-dns'],
    deadlineMs: timeoutMs + 500,
    run({ host }, { resolver, wire, servers: each = [], 'azure-dns': azure }) {
      const first = wire ?? resolver
      const isEmpty = (answer: DnsAnswer) => answer.addresses.length === 0 && negatives.has(answer.rcode)
      if (first === undefined || !isEmpty(first) || (isKnown(azure) && azure?.addresses.length === 0)) return undefined
      const { asked, behind } = servers()
      const alike = behind.length === 0 ? undefined : each.find((answer) => isEmpty(answer) && answer.rcode === first.rcode)
      const label = (alike ?? first).server
      const server = [...behind, ...asked].find((candidate) => labelOf(candidate) === label) ?? asked[0]
      if (server === undefined) return undefined
      const zone = zoneOf(host)
      return async (signal) => {
        const [unused, soa] = await Promise.all([
          queryDns(server, `${randomLabel()}.${zone}`, signal, { timeoutMs }),
          queryDns(server, zone, signal, { type: 'SOA', timeoutMs }),
        ])
        return { unused, soa }
      }
    },
  }
}

/** Response codes of a server that was reached and gives no address. */
const negatives = new Set(['NXDOMAIN', 'NOERROR', 'REFUSED'])

function isKnown(answer: DnsAnswer | undefined): boolean {
  return answer?.rcode === 'NOERROR' || answer?.rcode === 'NXDOMAIN'
}

/**
 * Asks Azure DNS for a random name of the zone when it did not answer the host's name with the expected address alone. The random name matches only a
 * wildcard record, so its answer tells a wrong record of the host from a wrong wildcard record.
 */
export function wildcardCheck(servers: readonly DnsServer[]): Check<'wildcard'> {
  return {
    id: 'wildcard',
    needs: ['azure-dns'],
    deadlineMs: timeoutMs + 500,
    run({ host, expectedAddress }, { 'azure-dns': azure }) {
      if (azure?.rcode !== 'NOERROR') return undefined
      const unexpected = expectedAddress !== undefined && azure.addresses.some((address) => address !== expectedAddress)
      if (azure.addresses.length > 0 && !unexpected) return undefined
      return (signal) => askServers(servers, `${randomLabel()}.${zoneOf(host)}`, signal, { timeoutMs })
    },
  }
}
