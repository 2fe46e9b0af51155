import { isOtherHost } from '../control-facts.ts'
import { isOutsidePrefixes } from '../dns-facts.ts'
import type { Evidence } from '../evidence.ts'
import type { FindingCode, Rule } from '../finding.ts'
import { isPrivateName, isPublicName } from '../host-kinds.ts'
import { serviceAnswered } from '../port-facts.ts'
import { admissionSymptoms, listed, networkSymptoms, serviceName, shown, thenDiagnose, tlsSymptoms } from './words.ts'

/** Findings that a wrong name causes: they say nothing about the private path. */
const everythingAfter = [
  'dns-zone-absent',
  'dns-zone-not-linked',
  'dns-record-absent',
  'dns-record-masked',
  'dns-record-stale',
  'dns-record-shadowed',
  'dns-cache-stale',
  'dns-negative-cached',
  'dns-answer-filtered',
  'dns-servers-disagree',
  'dns-forwarder-missing',
  'dns-public-address',
  'dns-several-addresses',
  'dns-dangling-cname',
  'dns-server-failing',
  'dns-hosts-override',
  'dns-search-domain',
  'dns-ipv6-answer',
  'dns-ipv6-failing',
  'worker-absent',
  ...networkSymptoms,
  ...tlsSymptoms,
  ...admissionSymptoms,
] as const satisfies readonly FindingCode[]

/** Whether the host was refused, and is neither a private nor a public name of a service: a slip of one. */
const isSlip = ({ host, hostRefused, nearestHost }: Evidence) =>
  hostRefused === true && !isPublicName(host) && (nearestHost !== undefined || host.toLowerCase().includes('.clickhouse.cloud'))

const meant = (host: string | undefined) =>
  host === undefined
    ? 'Use the private host name of the service: it stands as privateDnsHostname in the ClickHouse Cloud API.'
    : `Use ${shown(host)}.`

export const nameRules: readonly Rule[] = [
  {
    code: 'host-public',
    severity: 'fail',
    title: 'the public host name was used',
    hides: ['host-unknown', ...everythingAfter],
    when: (evidence) => !isPrivateName(evidence.host) && !isSlip(evidence),
    say: (evidence) => {
      const host = shown(evidence.host)
      if (serviceAnswered(evidence)) return `${host} is up, but over the internet: it is not a private name.`
      const without = `${host} has no privatelink label, so it does not lead through the private endpoint`
      const { resolver } = evidence.networkPlane ?? {}
      if (resolver === undefined || resolver.addresses.length === 0) return `${without}.`
      return isOutsidePrefixes(evidence)
        ? `${without}: it leads to ${listed(resolver.addresses)}, on the internet. It may be up there, and clients may work with it, but not privately. Nothing was sent there.`
        : `${without}; here it leads to ${listed(resolver.addresses)} all the same.`
    },
    remedy: ({ controlPlane, nearestHost }) => ({ text: meant(controlPlane?.host ?? nearestHost) }),
  },
  {
    code: 'host-unknown',
    severity: 'fail',
    title: "the name is not the service's private host name",
    hides: everythingAfter,
    when: (evidence) =>
      isOtherHost(evidence) || isSlip(evidence) || (evidence.hostRefused === true && isPrivateName(evidence.host)),
    say: (evidence) =>
      isOtherHost(evidence)
        ? `${shown(evidence.host)} was asked for; ClickHouse Cloud names ${serviceName(evidence)} ${shown(evidence.controlPlane?.host)}.`
        : `${shown(evidence.host)} is not the private host name of a service: those end in .REGION.privatelink.azure.clickhouse.cloud. Nothing was sent.`,
    remedy: (evidence) =>
      isOtherHost(evidence)
        ? thenDiagnose(evidence, `Use ${shown(evidence.controlPlane?.host)}.`)
        : { text: meant(evidence.nearestHost) },
  },
]
