import { endpointAddress, isBlind } from '../control-facts.ts'
import { azureDnsOf, kindOf, resolverMisleads } from '../dns-facts.ts'
import type { Evidence } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { atWrongAddress, bySetup, listed, shown, thenDiagnose } from './words.ts'

/** The host's own record, where it leads elsewhere and the wildcard that it hides leads to the endpoint. */
function ownRecord(evidence: Evidence) {
  const right = endpointAddress(evidence)
  const { record, wildcard } = evidence.controlPlane ?? {}
  if (right === undefined || record === undefined || record.name === '*' || wildcard?.includes(right) !== true) return undefined
  return record.addresses.length > 0 && !record.addresses.includes(right) ? record : undefined
}

/** By Azure DNS: another name of the zone leads to the endpoint, and this one does not. */
function onlyThisName(evidence: Evidence): boolean {
  const right = endpointAddress(evidence)
  const [own, other] = [azureDnsOf(evidence), evidence.networkPlane?.wildcard]
  return (
    right !== undefined &&
    kindOf(own) === 'addresses' &&
    !own?.addresses.includes(right) &&
    other?.addresses.includes(right) === true
  )
}

export const shadowRule: Rule = {
  code: 'dns-record-shadowed',
  severity: 'fail',
  title: "a record of the host's own hides the wildcard",
  hides: (evidence) => ['dns-record-stale', ...atWrongAddress(evidence)],
  when: (evidence) =>
    (isBlind(evidence) || resolverMisleads(evidence)) && (ownRecord(evidence) !== undefined || onlyThisName(evidence)),
  say: (evidence) => {
    const [right, record] = [shown(endpointAddress(evidence)), ownRecord(evidence)]
    if (record !== undefined)
      return `The wildcard leads to ${right}, the endpoint; the record ${shown(record.name)} beside it says ${listed(record.addresses)} for this host alone.`
    return `Other names of the zone lead to ${right}, the endpoint; this host alone leads to ${listed(azureDnsOf(evidence)?.addresses ?? [])}: it has a record, or a zone, of its own.`
  },
  remedy: (evidence) => {
    const record = ownRecord(evidence)
    if (record !== undefined) return bySetup(evidence, `Correct the record ${shown(record.name)}, or delete it.`)
    // The zone that the bot knows is right, so another zone answers for this host.
    if (evidence.controlPlane?.record?.name === '*')
      return thenDiagnose(
        evidence,
        "Look for a private zone of this host's own name that is linked to the network, and unlink it.",
      )
    return bySetup(evidence, "Correct the record of the host's own, or delete it.")
  },
}
