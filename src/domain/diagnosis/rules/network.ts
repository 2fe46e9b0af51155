import { admissionOf } from '../admission-facts.ts'
import type { Evidence, Port } from '../evidence.ts'
import type { Rule } from '../finding.ts'
import { connectFailure, isSeenDirectly, ports, resetsBeforeHello, seenAddress, seenAt } from '../port-facts.ts'
import { recordCauses, refusalCauses, remaining, unansweredCauses } from './remaining.ts'
import { listed, shown, thenDiagnose, tlsSymptoms } from './words.ts'

type ConnectFault = 'timeout' | 'refused' | 'reset' | 'unreachable'

function faultOf(evidence: Evidence, port: Port): ConnectFault | undefined {
  const code = connectFailure(evidence, port)?.code
  if (code === undefined) return undefined
  if (code === 'ETIMEDOUT') return 'timeout'
  if (code === 'ECONNREFUSED') return 'refused'
  return code === 'ECONNRESET' ? 'reset' : 'unreachable'
}

const portsWith = (evidence: Evidence, fault: ConnectFault) => ports.filter((port) => faultOf(evidence, port) === fault)

const connected = (evidence: Evidence) =>
  ports.filter((port) => seenAt(evidence, port).tcp?.connected === true && connectFailure(evidence, port) === undefined)

const address = (evidence: Evidence) => shown(seenAddress(evidence))

/** Says that the lists are not the cause, where they hold the endpoint. */
function listsAreRight(evidence: Evidence): string {
  const admission = admissionOf(evidence)
  return admission?.listed === true && admission.registered === true ? ' The lists of ClickHouse Cloud are in order.' : ''
}

export const networkRules: readonly Rule[] = [
  {
    code: 'network-blocked',
    severity: 'fail',
    title: 'something drops the connection on its way',
    hides: ['tls-silent', 'http-unexpected'],
    when: (evidence) => portsWith(evidence, 'timeout').length > 0 && connected(evidence).length === 0,
    say: (evidence) =>
      `Nothing answered at ${address(evidence)} on ${listed(portsWith(evidence, 'timeout'))}: a network security group, a firewall or a route drops it.${remaining(evidence, unansweredCauses(evidence))}`,
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        `Let ${shown(evidence.network)} reach ${address(evidence)}/32 on TCP ${listed(portsWith(evidence, 'timeout'))}.`,
      ),
  },
  {
    code: 'network-port-blocked',
    severity: 'fail',
    title: 'one port is blocked',
    when: (evidence) => portsWith(evidence, 'timeout').length > 0 && connected(evidence).length > 0,
    say: (evidence) =>
      `${address(evidence)} answers on ${listed(connected(evidence))}, but not on ${listed(portsWith(evidence, 'timeout'))}${isSeenDirectly(evidence) ? '' : ': only this port is wrong'}.`,
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        `Let ${shown(evidence.network)} reach ${address(evidence)}/32 on TCP ${listed(portsWith(evidence, 'timeout'))} too.`,
      ),
  },
  {
    code: 'network-unreachable',
    severity: 'fail',
    title: 'there is no route to the address',
    when: (evidence) => portsWith(evidence, 'unreachable').length > 0,
    say: (evidence) => {
      const [port] = portsWith(evidence, 'unreachable')
      return `Connecting to ${address(evidence)} failed with ${shown(port && connectFailure(evidence, port)?.code)}.`
    },
    remedy: (evidence) => thenDiagnose(evidence, `Give ${shown(evidence.network)} a route or a peering to ${address(evidence)}.`),
  },
  {
    code: 'network-refused',
    severity: 'fail',
    title: 'something else answers at the address',
    when: (evidence) => portsWith(evidence, 'refused').length > 0,
    say: (evidence) =>
      `${address(evidence)} refused ${listed(portsWith(evidence, 'refused'))}. Azure's filters drop silently, so a host or an appliance answered.${remaining(evidence, recordCauses(evidence))}`,
    remedy: (evidence) => thenDiagnose(evidence, `Check which host or appliance answers at ${address(evidence)}.`),
  },
  {
    code: 'network-reset-on-connect',
    severity: 'fail',
    title: 'the connection is reset before TLS begins',
    // `allow-list-missing` and the like are not hidden: a missing entry explains the reset.
    hides: [...tlsSymptoms, 'allow-list-not-effective'],
    when: (evidence) => resetsBeforeHello(evidence).length > 0,
    say: (evidence) =>
      `${address(evidence)} reset ${listed(resetsBeforeHello(evidence))} before anything was sent.${listsAreRight(evidence)}${remaining(evidence, refusalCauses(evidence))}`,
    remedy: (evidence) => thenDiagnose(evidence, 'Look for a network appliance on the way; without one, ask ClickHouse support.'),
  },
]
