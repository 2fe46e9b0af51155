import { connectionOf, endpointAddress, isOtherHost, isOtherService, isUp } from './control-facts.ts'
import { contradiction, ipv6Addresses, kindOf, resolverLeads } from './dns-facts.ts'
import type { CheckId, Evidence } from './evidence.ts'
import type { FindingCode, Verdict } from './finding.ts'
import { isPrivateName } from './host-kinds.ts'
import { ports, serviceAnswered } from './port-facts.ts'
import { disagreementOf, failingIpv6 } from './server-facts.ts'

/** Required checks that did not run although no check before them failed. */
export function unknownChecks(evidence: Evidence): readonly CheckId[] {
  const seen = evidence.networkPlane ?? {}
  if (seen.resolver === undefined) return ['resolver']
  if (seen.address === undefined) return kindOf(seen.resolver) === 'addresses' ? ['address'] : []
  if (seen.address.dialled === undefined) return []
  const unknown: CheckId[] = []
  for (const port of ports) {
    if (seen[`tcp:${port}`] === undefined) unknown.push(`tcp:${port}`)
    else if (seen[`tls:${port}`] === undefined && seen[`tcp:${port}`]?.connected === true) unknown.push(`tls:${port}`)
  }
  if (seen.ping === undefined && seen['tls:8443']?.verified === true && isPingDue(evidence)) unknown.push('ping')
  return unknown
}

/** Whether `/ping` is required: of a service that is up, because it would wake another. The one-shot command, without a control plane, always sends it. */
function isPingDue({ controlPlane, controlPlaneProblem }: Evidence): boolean {
  return controlPlane === undefined ? controlPlaneProblem === undefined : isUp(controlPlane.serviceState)
}

/** Whether every required check ran and passed. */
export function isHealthy(evidence: Evidence): boolean {
  return isPrivateName(evidence.host) && networkIsHealthy(evidence) && controlPlaneIsHealthy(evidence)
}

/** Whether the data plane is healthy: the service is reached, and no other way of looking up the name says otherwise. */
export function networkIsHealthy(evidence: Evidence): boolean {
  return (
    isReached(evidence) &&
    contradiction(evidence) === undefined &&
    ipv6Addresses(evidence).length === 0 &&
    failingIpv6(evidence) === undefined &&
    disagreementOf(evidence) === undefined
  )
}

/** Whether the name leads to the one dialled address, which is the endpoint's where that is known, and the service answers there. */
function isReached(evidence: Evidence): boolean {
  const seen = evidence.networkPlane
  const dialled = seen?.address?.dialled
  const expected = endpointAddress(evidence)
  return (
    evidence.workerAbsent === undefined &&
    evidence.workerProblem === undefined &&
    seen !== undefined &&
    dialled !== undefined &&
    resolverLeads(evidence) &&
    seen.resolver?.addresses.includes(dialled) === true &&
    (expected === undefined || expected === dialled) &&
    ports.every((port) => {
      const [tcp, tls] = [seen[`tcp:${port}`], seen[`tls:${port}`]]
      return tcp?.connected === true && tcp.address === dialled && tls?.verified === true && tls.address === dialled
    }) &&
    serviceAnswered(evidence)
  )
}

/** Findings about a second way of looking up the name, which no setup mends: the question for IPv6, and servers that programs ask after the first. */
const beside: readonly FindingCode[] = ['dns-ipv6-failing', 'dns-ipv6-answer', 'dns-servers-disagree']

/** Whether a finding with this code may stand beside a service that was seen to answer. */
export function isBeside(code: FindingCode): boolean {
  return beside.includes(code)
}

/**
 * Whether the service was seen to answer as programs reach it, and every finding is about a second way of looking it up. A wrong server that is asked first is
 * none: programs ask it, whoever answered this time.
 */
export function worksWithWarnings(evidence: Evidence, { findings }: Pick<Verdict, 'findings'>): boolean {
  return (
    findings.length > 0 &&
    findings.every(({ code }) => isBeside(code)) &&
    disagreementOf(evidence)?.firstIsWrong !== true &&
    isPrivateName(evidence.host) &&
    isReached(evidence) &&
    controlPlaneIsHealthy(evidence)
  )
}

/** Whether the control plane is healthy: also when it was not to be read, as in the one-shot command, and not when a part could not be read. */
function controlPlaneIsHealthy(evidence: Evidence): boolean {
  if (evidence.controlPlane === undefined) return evidence.controlPlaneProblem === undefined
  if (evidence.controlPlane.unread !== undefined) return false
  return connectionOf(evidence) === 'approved' && !isOtherService(evidence) && !isOtherHost(evidence)
}
