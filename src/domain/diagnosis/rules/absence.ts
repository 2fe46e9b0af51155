import { absenceOf } from '../absence-facts.ts'
import { azureAddresses, reachableDirectly, resolverOf } from '../dns-facts.ts'
import type { Evidence } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { atWrongAddress, listed, shown, thenDiagnose } from './words.ts'

/** Says that TLS works at the endpoint's own address, where it was tried. */
export const onlyDns = (evidence: Evidence) =>
  reachableDirectly(evidence) ? ' At the endpoint itself TLS works on both ports: only DNS is wrong.' : ''

/** The stub of systemd-resolved, where it alone gives the answer and no server behind it. */
const isStub = (server: string) => /^127\.0\.0\.5[34]$/.test(server)

/** Answers without an address of a resolver that forwards the zone to Azure. */
export const absenceRules: readonly Rule[] = [
  {
    code: 'dns-negative-cached',
    severity: 'fail',
    title: "the network's resolver still remembers that the name did not exist",
    hides: atWrongAddress,
    when: (evidence) => absenceOf(evidence) === 'negative-cached',
    say: (evidence) => {
      const { server, rcode, ttl } = resolverOf(evidence) ?? { server: 'the resolver', rcode: 'nothing', ttl: undefined }
      const rest =
        ttl === undefined
          ? ' It does not say for how long; if it stays, the server has an entry of its own for this name.'
          : ` It forgets that in at most ${ttl} s.`
      return `${shown(server)} answers ${shown(rcode)}, from before the name existed; Azure answers ${listed(azureAddresses(evidence) ?? [])}. The server forwards the zone: it has Azure's answer to another question about it.${rest}${onlyDns(evidence)}`
    },
    remedy: (evidence) => {
      const { server = '', ttl } = resolverOf(evidence) ?? {}
      const flush = isStub(server) ? 'run `resolvectl flush-caches` on this machine' : `clear the cache of ${shown(server)}`
      return thenDiagnose(
        evidence,
        ttl === undefined ? `Wait a few minutes, or ${flush}.` : `Wait for at most ${ttl} s, or ${flush}.`,
      )
    },
  },
  {
    code: 'dns-answer-filtered',
    severity: 'fail',
    title: "the network's resolver takes the private address out of the answer",
    hides: atWrongAddress,
    when: (evidence) => absenceOf(evidence) === 'filtered',
    say: (evidence) => {
      const { server, rcode } = resolverOf(evidence) ?? { server: 'The resolver', rcode: 'nothing' }
      const what = rcode === 'REFUSED' ? 'refuses this name, though it answers for the zone' : 'answers without any record'
      return `Azure answers ${listed(azureAddresses(evidence) ?? [])}, but ${shown(server)} ${what}: a filter takes private addresses out of what it forwards (protection against DNS rebinding).${onlyDns(evidence)}`
    },
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        `Exempt the zone from the filter of ${shown(resolverOf(evidence)?.server)} (dnsmasq: rebind-domain-ok, unbound: private-domain).`,
      ),
  },
]
