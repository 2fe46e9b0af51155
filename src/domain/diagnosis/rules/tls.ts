import type { Evidence, TlsResult } from '../evidence.ts'
import type { FindingCode, Remedy, Rule } from '../finding.ts'
import {
  alertNumber,
  failedTls,
  largeHelloLost,
  nameIsRefused,
  portsWithTlsFault,
  refusals,
  resetsBeforeHello,
  seenAddress,
  type TlsFault,
} from '../port-facts.ts'
import { allowListRules } from './allow-list.ts'
import { listsAreKnown, refusalCauses, remaining, silenceCauses } from './remaining.ts'
import { resetsWithoutLists, unreadListRules } from './unread-lists.ts'
import { listed, serviceName, shown, thenDiagnose } from './words.ts'

const alerts: Readonly<Record<number, { readonly name: string; readonly fix: string }>> = {
  40: { name: 'handshake_failure', fix: 'Check that no appliance restricts the cipher suites.' },
  42: { name: 'bad_certificate', fix: 'Check whether an appliance asks for a client certificate.' },
  70: { name: 'protocol_version', fix: 'Check that no appliance holds TLS to an old version.' },
  80: { name: 'internal_error', fix: 'Ask ClickHouse support, with the time and the address.' },
  112: { name: 'unrecognized_name', fix: 'Check the host name and the record: the server does not serve this name.' },
  116: { name: 'certificate_required', fix: 'Check whether an appliance asks for a client certificate.' },
}

function firstWith(evidence: Evidence, ...faults: readonly TlsFault[]): TlsResult | undefined {
  const [port] = portsWithTlsFault(evidence, ...faults)
  return port && failedTls(evidence, port)
}

function alertOf(evidence: Evidence) {
  const number = alertNumber(firstWith(evidence, 'alert')?.failure)
  return { number, ...(number === undefined ? undefined : alerts[number]) }
}

function rule(
  code: FindingCode,
  title: string,
  faults: readonly TlsFault[],
  say: (evidence: Evidence, ports: string) => string,
  remedy: (evidence: Evidence) => Remedy,
): Rule {
  return {
    code,
    severity: 'fail',
    title,
    when: (evidence) => portsWithTlsFault(evidence, ...faults).length > 0,
    say: (evidence) => say(evidence, listed(portsWithTlsFault(evidence, ...faults))),
    remedy,
  }
}

/** Ports with a reset that no entry of the lists, missing or unknown, explains. */
function unexplainedResets(evidence: Evidence) {
  const explained = listsAreKnown(evidence) && evidence.controlPlane?.endpoint !== undefined ? refusals(evidence) : []
  const known = [...explained, ...resetsWithoutLists(evidence), ...resetsBeforeHello(evidence)]
  return portsWithTlsFault(evidence, 'reset').filter((port) => !known.includes(port))
}

function sayClosed(evidence: Evidence): string {
  const resets = unexplainedResets(evidence)
  if (resets.length === 0) {
    const closed = portsWithTlsFault(evidence, 'closed')
    return `The connection was closed before TLS was established on ${listed(closed)}.${remaining(evidence, refusalCauses(evidence), 'an appliance on the way closes it')}`
  }
  const bytes = failedTls(evidence, resets[0] ?? 8443)?.bytesRead ?? 0
  const after = bytes > 0 ? 'in the middle of the handshake' : 'after the hello'
  const later = resets.filter((port) => failedTls(evidence, port)?.smallHello?.usualAnswered === true)
  const again =
    later.length === 0 ? '' : ` A later connection to ${listed(later)} was answered, so not every connection is reset.`
  const byName = nameIsRefused(evidence) ? ' A hello for another name is answered: only this name is refused.' : ''
  const what = `TCP opens, then the connection is reset ${after} on ${listed(resets)}.${again}${byName}`
  if (refusals(evidence).length === 0) return what
  return `${what}${remaining(evidence, refusalCauses(evidence), 'an appliance on the way resets TLS')}`
}

function saySilent(evidence: Evidence, ports: string): string {
  const bytes = firstWith(evidence, 'silent')?.bytesRead ?? 0
  const what = bytes > 0 ? `the handshake stopped after ${bytes} bytes` : 'nothing answered the hello'
  const byName = nameIsRefused(evidence) ? ' A hello for another name is answered: something on the way filters by the name.' : ''
  // A hello for another name that is answered has passed with packets of the same size.
  const lost = nameIsRefused(evidence)
    ? ''
    : ' Packets of full size may be lost on the way (MTU, as of a tunnel or a VPN, with ICMP filtered).'
  return `TCP opens at ${shown(seenAddress(evidence))}, but ${what} on ${ports}.${byName}${lost}${remaining(evidence, silenceCauses(evidence), 'an appliance on the way holds TLS up')}`
}

/** Beyond this the clocks disagree, in milliseconds. Certificates are valid for weeks. */
const clockToleranceMs = 5 * 60_000

const outOfTime = (evidence: Evidence) => portsWithTlsFault(evidence, 'expired', 'not-yet-valid')

/** Undefined while the clocks could not be compared. */
function clockIsWrong({ clockAheadMs }: Evidence): boolean | undefined {
  return clockAheadMs === undefined ? undefined : Math.abs(clockAheadMs) > clockToleranceMs
}

/** Whether the clock is the cause. Where the clocks were not compared, a certificate that is not valid yet points to the clock. */
const clockIsCause = (evidence: Evidence) => clockIsWrong(evidence) ?? portsWithTlsFault(evidence, 'not-yet-valid').length > 0

function sayOutOfTime(evidence: Evidence): string {
  const { validFrom, validTo } = firstWith(evidence, 'expired', 'not-yet-valid')?.certificate ?? {}
  const what = `The certificate on ${listed(outOfTime(evidence))} is valid from ${shown(validFrom)} until ${shown(validTo)}.`
  const { clockAheadMs } = evidence
  if (clockAheadMs === undefined)
    return `${what} The clock of this machine was not compared: either it is wrong, or the certificate is. \`date -u\` shows the clock.`
  const apart = `${Math.round(Math.abs(clockAheadMs) / 60_000)} minutes ${clockAheadMs > 0 ? 'ahead of' : 'behind'}`
  return clockIsWrong(evidence)
    ? `${what} The clock of the machine that ran the checks is ${apart} ClickHouse Cloud's.`
    : `${what} The clocks agree.`
}

export const tlsRules: readonly Rule[] = [
  {
    code: 'tls-large-hello',
    severity: 'fail',
    title: 'something on the way cannot handle a large TLS hello',
    hides: ['tls-closed-early', 'tls-silent'],
    when: (evidence) => largeHelloLost(evidence).length > 0,
    say: (evidence) =>
      `On ${listed(largeHelloLost(evidence))} the usual hello, of two segments, was never answered; one of a single segment (X25519 alone) was. An appliance cannot take it, or packets of full size are lost on the way (MTU, as of a tunnel or a VPN, with ICMP filtered).`,
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        'Update or bypass the appliance on the way that inspects TLS: it must take a ClientHello of two segments. Without one, lower the MTU or clamp the MSS on the tunnel.',
      ),
  },
  ...allowListRules,
  ...unreadListRules,
  {
    code: 'tls-closed-early',
    severity: 'fail',
    title: 'the connection ends before TLS is established',
    when: (evidence) => portsWithTlsFault(evidence, 'closed').length > 0 || unexplainedResets(evidence).length > 0,
    say: sayClosed,
    remedy: (evidence) =>
      refusalCauses(evidence).length > 0
        ? thenDiagnose(evidence, "Check the service's allow list and its state, then the endpoint's connection.")
        : thenDiagnose(evidence, 'Check the state of the service; if it runs, ask ClickHouse support.'),
  },
  rule('tls-silent', 'the TLS handshake gets no answer', ['silent'], saySilent, (evidence) =>
    thenDiagnose(
      evidence,
      `Check whether ${serviceName(evidence)} is idle; if it runs, look for an appliance on the way, and for the MTU of a tunnel.`,
    ),
  ),
  rule(
    'tls-wrong-name',
    'the certificate is for another name',
    ['wrong-name'],
    (evidence, ports) =>
      `The certificate on ${ports} is for another name than ${shown(evidence.host)}; the evidence says for which.`,
    (evidence) => thenDiagnose(evidence, 'Check the host name and the record: they lead to another server.'),
  ),
  {
    code: 'tls-expired',
    severity: 'fail',
    title: 'the certificate is not valid at this time',
    when: (evidence) => outOfTime(evidence).length > 0 && !clockIsCause(evidence),
    say: sayOutOfTime,
    remedy: (evidence) =>
      thenDiagnose(
        evidence,
        clockIsWrong(evidence) === undefined
          ? "Check the worker's clock; if it is right, ask ClickHouse support."
          : 'Ask ClickHouse support, with the host name and the time.',
      ),
  },
  {
    code: 'clock-skew',
    severity: 'fail',
    title: 'the clock of the machine that ran the checks is wrong',
    when: (evidence) => outOfTime(evidence).length > 0 && clockIsCause(evidence),
    say: sayOutOfTime,
    remedy: (evidence) => thenDiagnose(evidence, 'Set the clock by NTP.'),
  },
  rule(
    'tls-intercepted',
    'a proxy re-signs TLS',
    ['untrusted'],
    (evidence, ports) => {
      const tls = firstWith(evidence, 'untrusted')
      return `The certificate on ${ports} is signed by an issuer that is not trusted here (${shown(tls?.failure?.code)}); the evidence names it.`
    },
    (evidence) => thenDiagnose(evidence, 'Exempt this zone from TLS inspection.'),
  ),
  rule(
    'tls-alert',
    'the server refuses TLS with an alert',
    ['alert'],
    (evidence, ports) => {
      const { number, name } = alertOf(evidence)
      return `On ${ports} the server sent TLS alert ${number ?? shown(firstWith(evidence, 'alert')?.failure?.code)}${name === undefined ? '' : ` (${name})`}.`
    },
    (evidence) => thenDiagnose(evidence, alertOf(evidence).fix ?? 'Ask ClickHouse support, with the number of the alert.'),
  ),
  rule(
    'not-tls',
    'something that does not speak TLS listens',
    ['not-tls'],
    (evidence, ports) => `What answers at ${shown(seenAddress(evidence))} on ${ports} does not speak TLS.`,
    (evidence) => thenDiagnose(evidence, 'Check which server listens at this address and port.'),
  ),
]
