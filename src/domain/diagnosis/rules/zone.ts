import { zoneOf } from '../../target.ts'
import { isBlind, isUnread } from '../control-facts.ts'
import { azureAddresses, azureDnsOf, isFromAzureZone, kindOf, resolverMisleads, resolverOf } from '../dns-facts.ts'
import type { Evidence } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { bySetup, listed, shown, thenDiagnose } from './words.ts'

const hasNoAddress = (evidence: Evidence) => (azureAddresses(evidence) ?? []).length === 0
const zone = ({ host }: Evidence) => shown(zoneOf(host))

/** No server that answered has the name. */
function isUnknownName(evidence: Evidence): boolean {
  const [resolver, azure] = [kindOf(resolverOf(evidence)), kindOf(azureDnsOf(evidence))]
  return (
    hasNoAddress(evidence) &&
    chainOf(evidence).length === 0 &&
    azure !== 'none' &&
    (resolver === 'nxdomain' || (resolver === 'failed' && azure === 'nxdomain'))
  )
}

/** The zone that the bot knows has a record for the host. */
const hasRecord = ({ controlPlane }: Evidence) => (controlPlane?.record?.addresses ?? []).length > 0

/** A zone in Azure answers for the name, so one is linked to the network, also when it is not in the configured places. */
const zoneAnswers = (evidence: Evidence) => isFromAzureZone(azureDnsOf(evidence)) || isFromAzureZone(resolverOf(evidence))

/** The name exists without an address. NXDOMAIN after an alias is about the end of the chain, not the name (RFC 6604). */
const isEmpty = (evidence: Evidence) =>
  resolverMisleads(evidence) &&
  hasNoAddress(evidence) &&
  [resolverOf(evidence), azureDnsOf(evidence)].some(
    (answer) => kindOf(answer) === 'none' || (kindOf(answer) === 'nxdomain' && (answer?.cnames.length ?? 0) > 0),
  )

/** Azure DNS gave no answer, so a missing zone cannot be told from a resolver that does not forward to Azure. */
const isUnreached = (evidence: Evidence) =>
  !isBlind(evidence) && !['nxdomain', 'none', 'addresses'].includes(kindOf(azureDnsOf(evidence)) ?? '')

function unreached(evidence: Evidence): string {
  return isUnreached(evidence) ? ` Azure DNS was not reached (${shown(azureDnsOf(evidence)?.rcode ?? 'no answer')}).` : ''
}

function whyNot(evidence: Evidence): string {
  const linked = `there is none, or it is not linked to ${shown(evidence.network)}`
  return isUnreached(evidence)
    ? `${linked}, or it lacks the record, or ${shown(resolverOf(evidence)?.server)} does not forward it to Azure DNS.${unreached(evidence)} What would tell: the zone in Azure, or a question to 168.63.129.16 from this network.`
    : `${linked}. The zone could not be read in Azure, so which of the two is unknown.`
}

const chainOf = (evidence: Evidence) => [...(resolverOf(evidence)?.cnames ?? []), ...(azureDnsOf(evidence)?.cnames ?? [])]

/** The private zone, its link and its record. */
export const zoneRules: readonly Rule[] = [
  {
    code: 'dns-zone-absent',
    severity: 'fail',
    title: 'the private DNS zone does not exist',
    when: (evidence) =>
      isBlind(evidence)
        ? !isUnread(evidence, 'zone') && evidence.controlPlane?.zone === undefined
        : isUnknownName(evidence) && !zoneAnswers(evidence) && evidence.controlPlane?.zone === undefined,
    say: (evidence) =>
      isUnread(evidence, 'zone')
        ? `The name does not exist here, and no zone ${zone(evidence)} answers: ${whyNot(evidence)}`
        : `Azure has no private DNS zone ${zone(evidence)}${isBlind(evidence) ? '' : ', and the name does not exist here'}.${unreached(evidence)}`,
    remedy: (evidence) => bySetup(evidence, 'Create the zone with its record, and link it to the network.'),
  },
  {
    code: 'dns-zone-not-linked',
    severity: 'fail',
    title: 'the private DNS zone is not linked to the network',
    when: (evidence) =>
      evidence.controlPlane?.zone?.linked === false && (isBlind(evidence) || (isUnknownName(evidence) && !zoneAnswers(evidence))),
    say: (evidence) =>
      `The zone ${zone(evidence)} exists, but it has no link to the virtual network of ${shown(evidence.network)}.`,
    remedy: (evidence) => bySetup(evidence, 'Link the zone to the network.'),
  },
  {
    code: 'dns-record-absent',
    severity: 'fail',
    title: 'the private DNS zone has no record for the name',
    when: (evidence) => {
      const zoneOfRecord = evidence.controlPlane?.zone
      if (isBlind(evidence)) return zoneOfRecord !== undefined && !hasRecord(evidence)
      return !hasRecord(evidence) && isUnknownName(evidence) && (zoneAnswers(evidence) || zoneOfRecord?.linked === true)
    },
    say: (evidence) => `The zone ${zone(evidence)} has neither a wildcard record nor one for this host.`,
    remedy: (evidence) => bySetup(evidence, "Create the record with the endpoint's address."),
  },
  {
    code: 'dns-record-absent',
    severity: 'fail',
    title: 'the zone that answers here has no record for the name',
    when: (evidence) => !isBlind(evidence) && hasRecord(evidence) && isUnknownName(evidence) && zoneAnswers(evidence),
    say: (evidence) =>
      `The zone of Azure that answers here has no record for ${shown(evidence.host)}. The zone ${zone(evidence)} that the bot knows has one: it is new, or another zone of the same name is linked.`,
    remedy: (evidence) =>
      thenDiagnose(evidence, 'Run it again in a minute; if it stays, look for another zone that is linked to the network.'),
  },
  {
    code: 'dns-zone-not-linked',
    severity: 'fail',
    title: 'the link of the private DNS zone is not in effect in the network',
    when: (evidence) =>
      hasRecord(evidence) &&
      evidence.controlPlane?.zone?.linked === true &&
      !isBlind(evidence) &&
      isUnknownName(evidence) &&
      !zoneAnswers(evidence),
    say: (evidence) =>
      `Azure shows the zone ${zone(evidence)} with its record, and its link to the virtual network of ${shown(evidence.network)} as Completed, but nobody answers from it there.${unreached(evidence)} A new link takes effect within two minutes or so.`,
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        'Run it again in two minutes; if it stays, check whether the worker stands in that virtual network, and which DNS servers it has.',
      ),
  },
  {
    code: 'dns-dangling-cname',
    severity: 'fail',
    title: 'the name is an alias of a name without an address',
    when: (evidence) => isEmpty(evidence) && chainOf(evidence).length > 0,
    say: (evidence) => `${shown(evidence.host)} leads to ${shown(chainOf(evidence).at(-1))}, which has no address.`,
    remedy: (evidence) => thenDiagnose(evidence, 'Remove the alias (CNAME), so that the record of the zone answers.'),
  },
  {
    code: 'dns-record-masked',
    severity: 'fail',
    title: 'a record of another type hides the address',
    when: (evidence) => isEmpty(evidence) && chainOf(evidence).length === 0,
    say: (evidence) => {
      const { addresses = [] } = evidence.networkPlane?.wildcard ?? {}
      const leads = addresses.length > 0 ? `, which leads to ${listed(addresses)}` : ''
      return `${shown(evidence.host)} exists, but without an address: a record of another type at that name, or below it, hides the wildcard${leads}.`
    },
    remedy: (evidence) =>
      thenDiagnose(evidence, 'Remove the record of another type at this name, or below it (such as _acme-challenge).'),
  },
]
