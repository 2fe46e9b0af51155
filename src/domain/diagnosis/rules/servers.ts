import { endpointAddress } from '../control-facts.ts'
import type { DnsAnswer, Evidence } from '../evidence.ts'
import type { FindingCode, Rule } from '../finding.ts'
import { disagreementOf, failingIpv6 } from '../server-facts.ts'
import { atWrongAddress, listed, shown, thenDiagnose } from './words.ts'

/** What one server answers, as in `10.0.0.53 answers NXDOMAIN`. */
function saysOf({ server, rcode, addresses, ttl }: DnsAnswer): string {
  if (addresses.length > 0) return `${shown(server)} answers ${listed(addresses)}${ttl === undefined ? '' : ` (TTL ${ttl} s)`}`
  return `${shown(server)} answers ${rcode === 'NOERROR' ? 'that the name has no address' : shown(rcode)}`
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
    const when = firstIsWrong
      ? 'The wrong one is asked first, so programs fail, except while it is away or with "options rotate".'
      : 'Programs fail now and then, or as soon as the server that is asked first is away.'
    return `${each}.${meant} ${when}`
  },
  remedy: (evidence) => {
    const { right, wrong } = disagreementOf(evidence) ?? { right: [], wrong: [] }
    const names = listed(wrong.map(({ server }) => server))
    return thenDiagnose(
      evidence,
      right.length === 0
        ? `Make ${names} answer alike: forward the zone from each to 168.63.129.16.`
        : `Correct ${names}: forward the zone from there to 168.63.129.16, wait for its TTL where it has an old answer, or take it off the list of DNS servers.`,
    )
  },
}

const seenAs: Readonly<Record<string, string>> = { TIMEOUT: 'gives no answer', UNREACHABLE: 'cannot be reached' }

export const ipv6FailingRule: Rule = {
  code: 'dns-ipv6-failing',
  severity: 'warn',
  title: 'the question for an IPv6 address fails',
  when: (evidence) => failingIpv6(evidence) !== undefined,
  say: (evidence) => {
    const { server, rcode } = failingIpv6(evidence) ?? { server: 'The resolver', rcode: 'nothing' }
    return `${shown(server)} answers the question for IPv4 rightly, and ${seenAs[rcode] ?? `answers ${shown(rcode)}`} to the one for IPv6 (AAAA). Programs ask both: with glibc they wait up to 15 s, with musl (Alpine) the whole lookup fails, and some caches drop the name. Right is NOERROR without a record.`
  },
  remedy: (evidence: Evidence) =>
    thenDiagnose(
      evidence,
      `Make ${shown(failingIpv6(evidence)?.server)} answer AAAA for the zone as Azure does, with NOERROR and no record: forward the whole zone to 168.63.129.16, for all types.`,
    ),
}
