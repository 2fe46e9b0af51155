import { cleanText } from '../../hostile-text.ts'
import { isAsleep, isInUnknownState, isStopped } from '../control-facts.ts'
import type { ControlPart, Evidence } from '../evidence.ts'
import type { Remedy, Rule } from '../finding.ts'
import { pingAlert, serviceAnswered } from '../port-facts.ts'
import { networkIsHealthy, unknownChecks } from '../required.ts'
import { listed, serviceName, shown, thenDiagnose } from './words.ts'

/** Judged with the control plane, before the phases of a connection. A service that answers is neither asleep nor stopped, whatever its state. */
export const serviceStateRules: readonly Rule[] = [
  {
    code: 'service-stopped',
    severity: 'fail',
    title: 'the service is stopped',
    hides: [
      'allow-list-not-effective',
      'network-refused',
      'network-reset-on-connect',
      'tls-closed-early',
      'tls-silent',
      'tls-alert',
      'http-unexpected',
    ],
    when: (evidence) => isStopped(evidence) && !serviceAnswered(evidence),
    say: (evidence) =>
      `ClickHouse Cloud shows ${serviceName(evidence)} as ${shown(evidence.controlPlane?.serviceState)}; it does not start on its own.`,
    remedy: (evidence) => thenDiagnose(evidence, 'Start the service in ClickHouse Cloud.'),
  },
  {
    code: 'service-idle',
    severity: 'warn',
    title: 'the service is asleep',
    hides: ['tls-closed-early', 'tls-silent', 'http-unexpected'],
    when: (evidence) => isAsleep(evidence) && !serviceAnswered(evidence),
    say: (evidence) =>
      `ClickHouse Cloud shows ${serviceName(evidence)} as ${shown(evidence.controlPlane?.serviceState)}: its first answer takes a while.`,
    remedy: (evidence) => thenDiagnose(evidence, 'Wake the service, which costs money, or wait until somebody uses it.'),
  },
]

function pingRemedy(evidence: Evidence): Remedy {
  const { status = 0, body = '' } = evidence.networkPlane?.ping ?? {}
  if (body.includes('clickhouse-client')) return thenDiagnose(evidence, 'Use the HTTPS port: this is the native one.')
  if (status === 401 || status === 403 || status === 407)
    return thenDiagnose(evidence, 'Look for a proxy on the way: the service asks nobody for credentials here.')
  if (status >= 500)
    return thenDiagnose(evidence, 'Check the state of the service, and run it again; then ask ClickHouse support.')
  return thenDiagnose(evidence, 'Check what answers at this address in place of the service.')
}

export const serviceRules: readonly Rule[] = [
  {
    code: 'http-unexpected',
    severity: 'fail',
    title: 'the service does not answer /ping as it should',
    when: (evidence) =>
      evidence.networkPlane?.ping !== undefined && !serviceAnswered(evidence) && pingAlert(evidence) === undefined,
    say: (evidence) => {
      const { status, body, failure } = evidence.networkPlane?.ping ?? {}
      if (status === undefined) return `TLS is verified, but /ping failed with ${shown(failure?.code)}.`
      // An answer that broke off may be right in the part that was received.
      const end = failure === undefined ? '' : `, and then failed with ${shown(failure.code)}`
      return `TLS is verified, but /ping answered ${status}: "${shown(body)}"${end}.`
    },
    remedy: pingRemedy,
  },
]

const parts = {
  service: "the service's state and allow list",
  organization: "the organization's entries",
  endpoint: 'the private endpoint',
  zone: 'the DNS zone',
} as const satisfies Record<ControlPart, string>

/** By reason, the parts that could not be read. */
function unreadParts({ controlPlane }: Evidence): ReadonlyMap<string, readonly string[]> {
  const unread = (Object.keys(parts) as ControlPart[]).flatMap((part) => {
    const why = controlPlane?.unread?.[part]
    return why === undefined ? [] : [{ part: parts[part], why }]
  })
  return new Map([...Map.groupBy(unread, ({ why }) => why)].map(([why, each]) => [why, each.map(({ part }) => part)]))
}

function sayUnread(evidence: Evidence): string {
  const { controlPlane, controlPlaneProblem } = evidence
  if (controlPlane === undefined) return `Azure or ClickHouse Cloud gave no answer: ${shown(controlPlaneProblem)}`
  const reasons = [...unreadParts(evidence)].map(([why, unread]) => `Not known: ${listed(unread)}, because: ${shown(why)}`)
  const old = controlPlane.asOf === undefined ? '' : ` State and list are those of ${shown(controlPlane.asOf.slice(11, 16))} UTC.`
  return `${reasons.join(' ')}${old}`
}

function fromInside(evidence: Evidence): string {
  if (networkIsHealthy(evidence)) return 'From inside the network everything passes.'
  const unknown = unknownChecks(evidence)
  return unknown.length === 0
    ? 'What was seen from inside the network is judged alone.'
    : `From inside the network these were not checked: ${listed(unknown)}.`
}

/** What could not be checked. A warning: it comes after every fault, and the verdict is not healthy. */
export const unknownRules: readonly Rule[] = [
  {
    code: 'control-plane-unknown',
    severity: 'warn',
    title: 'the control plane could not be read completely',
    when: (evidence) =>
      evidence.controlPlane === undefined ? evidence.controlPlaneProblem !== undefined : unreadParts(evidence).size > 0,
    say: (evidence) => `${sayUnread(evidence)} ${fromInside(evidence)}`,
    remedy: (evidence) =>
      thenDiagnose(evidence, 'Check the credentials and the permissions of the jobs process, then run it again.'),
  },
  {
    code: 'control-plane-unknown',
    severity: 'warn',
    title: "the service's state is not known here",
    when: (evidence) => isInUnknownState(evidence) && evidence.networkPlane?.ping === undefined,
    say: (evidence) =>
      `ClickHouse Cloud shows ${serviceName(evidence)} as "${shown(evidence.controlPlane?.serviceState)}", a state that is not known here. So /ping was not asked, which might wake it, and whether the service answers is not known.`,
    remedy: (evidence) =>
      thenDiagnose(evidence, 'Check the service in ClickHouse Cloud, or wake it and run the diagnosis again.'),
  },
  {
    code: 'worker-absent',
    severity: 'warn',
    title: 'the network could not be seen from inside',
    when: (evidence) =>
      evidence.workerAbsent === true || evidence.workerProblem !== undefined || unknownChecks(evidence).length > 0,
    say: (evidence) => {
      const { workerAbsent, workerProblem, networkPlane, network } = evidence
      if (workerAbsent === undefined && workerProblem === undefined && networkPlane !== undefined)
        return `The diagnostics worker did not report ${listed(unknownChecks(evidence))}.`
      const why = cleanText(workerProblem?.message ?? `No diagnostics worker of ${network} answered.`, 400)
      return `${why} DNS, TCP, TLS and the service were not checked.`
    },
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        evidence.workerProblem?.remedy ??
          `Start the diagnostics process in ${shown(evidence.network)} (npm run diagnostics, DIAGNOSTICS_NETWORK=${shown(evidence.network)}), then run it again.`,
      ),
  },
]
