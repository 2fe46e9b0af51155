import { isOtherHost } from '../control-facts.ts'
import type { FindingCode, Rule } from '../finding.ts'
import { serviceAnswered } from '../port-facts.ts'
import { isPrivateName } from '../required.ts'
import { networkSymptoms, serviceName, shown, thenDiagnose, tlsSymptoms } from './words.ts'

/** A wrong name leads to wrong answers everywhere: what follows says nothing about the private path. */
const everythingAfter = [
  'dns-zone-absent',
  'dns-zone-not-linked',
  'dns-record-absent',
  'dns-record-masked',
  'dns-record-stale',
  'dns-cache-stale',
  'dns-forwarder-missing',
  'dns-public-address',
  'dns-several-addresses',
  'dns-dangling-cname',
  ...networkSymptoms,
  ...tlsSymptoms,
] as const satisfies readonly FindingCode[]

export const nameRules: readonly Rule[] = [
  {
    code: 'host-public',
    severity: 'fail',
    title: 'the public host name was used',
    hides: ['host-unknown', ...everythingAfter],
    when: ({ host }) => !isPrivateName(host),
    say: (evidence) =>
      serviceAnswered(evidence)
        ? `${shown(evidence.host)} is up, but over the internet: it is not a private name.`
        : `${shown(evidence.host)} has no privatelink label, so it does not lead through the private endpoint.`,
    remedy: ({ controlPlane }) => ({
      text: controlPlane === undefined ? "Use the service's private host name." : `Use ${shown(controlPlane.host)}.`,
    }),
  },
  {
    code: 'host-unknown',
    severity: 'fail',
    title: "the name is not the service's private host name",
    hides: everythingAfter,
    when: isOtherHost,
    say: (evidence) =>
      `${shown(evidence.host)} was asked for; ClickHouse Cloud names ${serviceName(evidence)} ${shown(evidence.controlPlane?.host)}.`,
    remedy: (evidence) => thenDiagnose(evidence, `Use ${shown(evidence.controlPlane?.host)}.`),
  },
]
