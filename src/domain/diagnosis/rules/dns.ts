import { absenceOf } from '../absence-facts.ts'
import { endpointAddress, isBlind } from '../control-facts.ts'
import {
  azureAddresses,
  azureDnsOf,
  ipv6Addresses,
  isCached,
  isOutsidePrefixes,
  kindOf,
  pinnedAddresses,
  resolverMisleads,
  resolverOf,
  rightAddress,
} from '../dns-facts.ts'
import type { DnsAnswer, Evidence } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { failingServers } from '../server-facts.ts'
import { absenceRules, onlyDns } from './absence.ts'
import { contradictionRules } from './contradiction.ts'
import { failureOf, ipv6FailingRule, serverRule } from './servers.ts'
import { shadowRule } from './shadow.ts'
import { atWrongAddress, bySetup, listed, shown, thenDiagnose } from './words.ts'
import { zoneRules } from './zone.ts'

const answered = (evidence: Evidence) => kindOf(resolverOf(evidence)) === 'addresses'
const seconds = (ttl: number | undefined) => (ttl === undefined ? 'an unknown time' : `${ttl} s`)

function azureIsRight(evidence: Evidence): boolean {
  const right = rightAddress(evidence)
  return right !== undefined && azureAddresses(evidence)?.includes(right) === true
}

/** The addresses by which the record is judged: those that Azure answers, else the resolver's. Without a check from inside the network, the record's own. */
function recordAddresses(evidence: Evidence): readonly string[] {
  if (isBlind(evidence)) return evidence.controlPlane?.record?.addresses ?? []
  if (!resolverMisleads(evidence)) return []
  const azure = azureAddresses(evidence) ?? []
  if (azure.length > 0) return azure
  const { addresses = [] } = resolverOf(evidence) ?? {}
  return addresses.length > 0 ? addresses : unlinked(evidence)
}

/** The record's addresses, where the zone is not linked: what the name will lead to once it is. */
function unlinked({ controlPlane }: Evidence): readonly string[] {
  return controlPlane?.zone?.linked === false ? (controlPlane.record?.addresses ?? []) : []
}

/** Azure answers the right address and no other, so another answer of the resolver is out of date. */
const azureIsSure = (evidence: Evidence) => azureIsRight(evidence) && new Set(azureAddresses(evidence)).size === 1

/** The resolver answers another address, and Azure the right one. */
const answersOtherwise = (evidence: Evidence) => answered(evidence) && resolverMisleads(evidence) && azureIsSure(evidence)

/** The record of the linked zone leads to the endpoint, whatever Azure DNS answers. */
function recordIsRight(evidence: Evidence): boolean {
  const { zone, record } = evidence.controlPlane ?? {}
  return !isBlind(evidence) && zone?.linked === true && record?.addresses.includes(endpointAddress(evidence) ?? '') === true
}

/** The addresses of an answer that names the endpoint's (as far as that is known) among others. */
function several(evidence: Evidence): readonly string[] {
  const right = endpointAddress(evidence)
  const answers =
    azureIsSure(evidence) && !isBlind(evidence) ? [] : [recordAddresses(evidence), resolverOf(evidence)?.addresses ?? []]
  return (
    answers
      .map((addresses) => [...new Set(addresses)])
      .find((addresses) => addresses.length > 1 && (right === undefined || addresses.includes(right))) ?? []
  )
}

/** The answer is outside the permitted prefixes, and the linked zone's record has another. */
function isPublic(evidence: Evidence): boolean {
  const record = evidence.controlPlane?.record?.addresses ?? []
  return isOutsidePrefixes(evidence) && !resolverOf(evidence)?.addresses.every((address) => record.includes(address))
}

/** The linked zone has no record for the name, so the public answer is the link's fallback (resolution policy `NxDomainRedirect`). */
function fallsBack(evidence: Evidence): boolean {
  const { zone, record } = evidence.controlPlane ?? {}
  return !isBlind(evidence) && zone?.linked === true && record === undefined
}

function publicFix(evidence: Evidence): string {
  if (fallsBack(evidence)) return "Create the record with the endpoint's address"
  if (evidence.controlPlane?.zone?.linked === true) return 'Remove what overrides the linked zone'
  return 'Link the zone to the network and remove what overrides it'
}

function isStale(evidence: Evidence): boolean {
  const right = endpointAddress(evidence)
  const addresses = recordAddresses(evidence)
  const leads = resolverOf(evidence)?.addresses.includes(right ?? '') === true
  return right !== undefined && addresses.length > 0 && !addresses.includes(right) && !leads && !isPublic(evidence)
}

/** What overrides the DNS servers on the machine that runs the checks. */
const overrideRules: readonly Rule[] = [
  {
    code: 'dns-hosts-override',
    severity: 'fail',
    title: 'the hosts file pins the name',
    hides: (evidence) => [...atWrongAddress(evidence), 'dns-public-address'],
    when: (evidence) => pinnedAddresses(evidence).length > 0,
    say: (evidence) => {
      const { addresses = [], rcode } = evidence.networkPlane?.wire ?? {}
      const servers = addresses.length > 0 ? listed(addresses) : shown(rcode)
      return `The hosts file of this machine says ${listed(pinnedAddresses(evidence))}, and no DNS server is asked; they answer ${servers}.`
    },
    remedy: (evidence) => thenDiagnose(evidence, `Remove the line with ${shown(evidence.host)} from the hosts file.`),
  },
  {
    code: 'dns-search-domain',
    severity: 'fail',
    title: 'a search domain answers for the name',
    hides: (evidence) => [...atWrongAddress(evidence), 'dns-public-address'],
    when: ({ networkPlane }) => networkPlane?.search !== undefined,
    say: ({ networkPlane, host }) => {
      const { addresses = [] } = networkPlane?.wire ?? {}
      const own = addresses.length === 0 ? 'has no address here' : `leads to ${listed(addresses)}`
      return `${shown(host)} itself ${own}; what programs get is ${shown(networkPlane?.search?.name)} (${listed(networkPlane?.search?.addresses ?? [])}), from the search list.`
    },
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        `Ask for the absolute name, ${shown(evidence.host)}. with a dot at its end, or lower \`options ndots\` in resolv.conf; then correct what the next diagnosis shows.`,
      ),
  },
]

/** The resolver's answer, and those of its other servers. */
function failed(evidence: Evidence): readonly DnsAnswer[] {
  const answer = resolverOf(evidence)
  const others = failingServers(evidence).filter(({ server }) => server !== answer?.server)
  return answer === undefined ? others : [answer, ...others]
}

export const dnsRules: readonly Rule[] = [
  ...overrideRules,
  serverRule,
  ...zoneRules,
  shadowRule,
  {
    code: 'dns-record-stale',
    severity: 'fail',
    title: 'the DNS record leads to another address than the endpoint',
    hides: atWrongAddress,
    when: isStale,
    say: (evidence) =>
      `The ${unlinked(evidence).length > 0 ? 'record' : 'name'} leads to ${listed(recordAddresses(evidence))}; the private endpoint has ${shown(endpointAddress(evidence))}. An old or a foreign endpoint had that address.${recordIsRight(evidence) ? ' The record that the bot knows is right: it is new, or another zone answers here.' : ''}${onlyDns(evidence)}`,
    remedy: (evidence) =>
      recordIsRight(evidence)
        ? thenDiagnose(evidence, 'Run it again in a minute; if it stays, look for another zone that is linked to the network.')
        : bySetup(evidence, "Point the record at the endpoint's address."),
  },
  {
    code: 'dns-several-addresses',
    severity: 'fail',
    title: 'the name leads to several addresses',
    when: (evidence) => several(evidence).length > 1 && !isOutsidePrefixes(evidence),
    say: (evidence) =>
      `The name leads to ${listed(several(evidence))}; a private endpoint has one address${endpointAddress(evidence) === undefined ? '' : `, here ${shown(endpointAddress(evidence))}`}. Connections to the others fail now and then.`,
    remedy: (evidence) => bySetup(evidence, "Leave only the endpoint's address in the record."),
  },
  {
    code: 'dns-cache-stale',
    severity: 'fail',
    title: "the network's resolver still has another answer than Azure",
    hides: atWrongAddress,
    when: (evidence) => absenceOf(evidence) === 'cached' || (answersOtherwise(evidence) && !isOutsidePrefixes(evidence)),
    say: (evidence) => {
      const { server, addresses, ttl } = resolverOf(evidence) ?? { server: 'the resolver', addresses: [], ttl: undefined }
      const answer = addresses.length > 0 ? listed(addresses) : 'that there is no such name'
      const azure = listed(azureAddresses(evidence) ?? [])
      if (isCached(evidence) === false)
        return `${shown(server)} answers ${answer}; Azure answers ${azure}. The answer does not age, so the server has a record of its own, or a zone that it does not ask Azure for.${onlyDns(evidence)}`
      return `${shown(server)} answers ${answer} for another ${seconds(ttl)}; Azure already answers ${azure}.${isCached(evidence) === undefined ? ' If it stays beyond that, the server has a record of its own.' : ''}${onlyDns(evidence)}`
    },
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        isCached(evidence) === false
          ? `Remove the record from ${shown(resolverOf(evidence)?.server)}, or forward the zone from there to 168.63.129.16.`
          : `Wait for ${seconds(resolverOf(evidence)?.ttl)} until the old answer expires, or clear the resolver's cache.`,
      ),
  },
  ...absenceRules,
  {
    code: 'dns-forwarder-missing',
    severity: 'fail',
    title: "the network's DNS server does not ask Azure",
    hides: atWrongAddress,
    when: (evidence) => {
      if (!resolverMisleads(evidence)) return false
      if (!answered(evidence)) return absenceOf(evidence) === 'not-forwarded'
      return isOutsidePrefixes(evidence) && azureIsRight(evidence)
    },
    say: (evidence) => {
      const { server, rcode, addresses } = resolverOf(evidence) ?? { server: 'The resolver', rcode: 'nothing', addresses: [] }
      return `Azure answers ${listed(azureAddresses(evidence) ?? [])}, but ${shown(server)} answers ${addresses.length > 0 ? listed(addresses) : shown(rcode)}.${isCached(evidence) === false ? ' The answer is not cached from Azure: the server has a record of its own.' : ''}${onlyDns(evidence)}`
    },
    remedy: (evidence) =>
      thenDiagnose(evidence, `Forward the zone from ${shown(resolverOf(evidence)?.server)} to 168.63.129.16.`),
  },
  {
    code: 'dns-public-address',
    severity: 'fail',
    title: "the private name leads outside the network's prefixes",
    when: (evidence) =>
      isOutsidePrefixes(evidence) &&
      !isStale(evidence) &&
      (!azureIsRight(evidence) || resolverOf(evidence)?.addresses.includes(rightAddress(evidence) ?? '') === true),
    say: (evidence) =>
      `The name leads to ${listed(resolverOf(evidence)?.addresses ?? [])}, outside the prefixes that the network may connect to. Nothing was sent there.${fallsBack(evidence) ? ' The zone is linked, but has no record for the name: the link falls back to the internet.' : ''}`,
    remedy: (evidence) =>
      (recordIsRight(evidence) ? thenDiagnose : bySetup)(
        evidence,
        `${publicFix(evidence)}; if the address is right, permit its prefix in DIAGNOSTICS_PREFIXES.`,
      ),
  },
  {
    code: 'dns-server-failing',
    severity: 'fail',
    title: "the network's DNS server gives no answer",
    when: (evidence) => kindOf(resolverOf(evidence)) === 'failed' && absenceOf(evidence) === undefined,
    say: (evidence) => {
      const azure = azureDnsOf(evidence)
      const direct =
        azure === undefined
          ? ''
          : ` Azure DNS, asked directly, answers ${azure.addresses.length > 0 ? listed(azure.addresses) : shown(azure.rcode)}.`
      const each = failed(evidence).map((answer) => `${shown(answer.server)} ${failureOf(answer)}`)
      return `${each.join('; ')}.${direct}${onlyDns(evidence)}`
    },
    remedy: (evidence) => {
      const names = failed(evidence).map(({ server }) => server)
      return thenDiagnose(evidence, `Repair the DNS ${names.length > 1 ? 'servers' : 'server'} ${listed(names)} of this network.`)
    },
  },
  ...contradictionRules,
  ipv6FailingRule,
  {
    code: 'dns-ipv6-answer',
    severity: 'warn',
    title: 'the name has an IPv6 address',
    when: (evidence) => ipv6Addresses(evidence).length > 0,
    say: (evidence) =>
      `${shown(evidence.host)} also leads to ${listed(ipv6Addresses(evidence))}; a private endpoint has IPv4 alone, so clients that try IPv6 first wait or fail.`,
    remedy: (evidence) => thenDiagnose(evidence, 'Delete the AAAA record.'),
  },
]
