import { endpointAddress } from '../control-facts.ts'
import { resolverLeads } from '../dns-facts.ts'
import type { DnsAnswer, Evidence } from '../evidence.ts'
import type { FindingCode, Rule } from '../finding.ts'
import { disagreementOf, failingIpv6 } from '../server-facts.ts'
import { atWrongAddress, listed, shown, thenDiagnose } from './words.ts'

/** What one server answers, as in `10.0.0.53 answers NXDOMAIN`. */
function saysOf({ server, rcode, addresses, ttl }: DnsAnswer): string {
  const absence = rcode === 'NOERROR' ? 'that the name has no address' : shown(rcode)
  return `${shown(server)} answers ${addresses.length > 0 ? listed(addresses) : absence}${ttl === undefined ? '' : ` (TTL ${ttl} s)`}`
}

/** How a server failed, as it was seen: a refusal, silence and a closed port are three things. */
export function failureOf(answer: DnsAnswer | undefined): string {
  switch (answer?.rcode) {
    case 'TIMEOUT':
      return `gave no answer within ${(answer.elapsedMs / 1_000).toFixed(1)} s`
    case 'UNREACHABLE':
      return 'cannot be reached: nothing listens on its port, or there is no route to it'
    case 'MALFORMED':
      return 'sent an answer that is no DNS message'
    case 'REFUSED':
      return 'answers REFUSED: it does not serve this machine, or not this name'
    default:
      return `answers ${shown(answer?.rcode)}`
  }
}

/** Findings about one answer of a resolver, which another of its servers does not give. */
const oneServersAnswer = [
  'dns-cache-stale',
  'dns-negative-cached',
  'dns-answer-filtered',
  'dns-forwarder-missing',
  'dns-record-absent',
  'dns-zone-absent',
  'dns-zone-not-linked',
  'dns-record-masked',
  'dns-several-addresses',
] as const satisfies readonly FindingCode[]

export const serverRule: Rule = {
  code: 'dns-servers-disagree',
  severity: 'fail',
  title: "the network's DNS servers do not give the same answer",
  hides: (evidence) => [...oneServersAnswer, 'dns-public-address', ...atWrongAddress(evidence)],
  when: (evidence) => disagreementOf(evidence) !== undefined,
  say: (evidence) => {
    const { right, wrong, firstIsWrong } = disagreementOf(evidence) ?? { right: [], wrong: [], firstIsWrong: false }
    const each = [...right, ...wrong].map(saysOf).join('; ')
    const own = endpointAddress(evidence)
    const meant = own === undefined || right.length === 0 ? '' : ` The endpoint has ${shown(own)}.`
    const when = !firstIsWrong
      ? 'Programs fail now and then, or as soon as the server that is asked first is away.'
      : resolverLeads(evidence)
        ? 'This time a right one was asked; the first that answers is wrong, so programs fail as soon as it is asked.'
        : 'The first that answers is wrong, so programs fail, except while it is away or with "options rotate".'
    return `${each}.${meant} ${when}`
  },
  remedy: (evidence) => {
    const { right, wrong } = disagreementOf(evidence) ?? { right: [], wrong: [] }
    const names = listed(wrong.map(({ server }) => server))
    return thenDiagnose(
      evidence,
      right.length === 0
        ? `Make ${names} answer alike: forward the zone from each to 168.63.129.16.`
        : `Correct ${names}: forward the zone from there to 168.63.129.16, ${wrong.some(isEmpty) ? 'exempt the zone from a filter of private addresses, ' : ''}wait for its TTL where it has an old answer, or take it off the list of DNS servers.`,
    )
  },
}

const isEmpty = ({ rcode, addresses, soa }: DnsAnswer) => rcode === 'NOERROR' && addresses.length === 0 && soa === undefined

function aboutIpv6({ rcode, elapsedMs }: DnsAnswer): string {
  if (rcode === 'TIMEOUT') return `gives no answer within ${(elapsedMs / 1_000).toFixed(1)} s`
  return rcode === 'UNREACHABLE' ? 'cannot be reached' : `answers ${shown(rcode)}`
}

export const ipv6FailingRule: Rule = {
  code: 'dns-ipv6-failing',
  severity: 'warn',
  title: 'the question for an IPv6 address fails',
  when: (evidence) => failingIpv6(evidence) !== undefined,
  say: (evidence) => {
    const answer = failingIpv6(evidence)
    return `${shown(answer?.server)} answers the question for IPv4 rightly, and ${answer === undefined ? 'fails' : aboutIpv6(answer)} to the one for IPv6 (AAAA). Programs ask both: with glibc they wait up to 15 s, with musl (Alpine) the whole lookup fails, and some caches drop the name. Right is NOERROR without a record.`
  },
  remedy: (evidence: Evidence) =>
    thenDiagnose(
      evidence,
      `Make ${shown(failingIpv6(evidence)?.server)} answer AAAA for the zone as Azure does, with NOERROR and no record: forward the whole zone to 168.63.129.16, for all types.`,
    ),
}
