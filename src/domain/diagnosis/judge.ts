import { cleanText } from '../hostile-text.ts'
import type { Evidence } from './evidence.ts'
import type { Finding, Rule, Verdict } from './finding.ts'
import { isHealthy } from './required.ts'
import { failureOf } from './rules/servers.ts'
import { failingServers } from './server-facts.ts'

/**
 * Pure. The verdict on the evidence. Rules are judged in order: the name asked for, the control plane, then the phases of a connection. A finding that hides
 * others is their cause, so they are not shown beside it. The first fault is the root cause; warnings follow faults. The verdict is healthy only when every
 * required check ran and passed, not because no rule matched.
 */
export function judge(rules: readonly Rule[], evidence: Evidence): Verdict {
  const fired = rules.filter((rule) => rule.when(evidence))
  const hidden = new Set(fired.flatMap(({ hides = [] }) => (typeof hides === 'function' ? hides(evidence) : hides)))
  const findings = fired.filter(({ code }) => !hidden.has(code)).map((rule) => findingOf(rule, evidence))
  const ordered = [
    ...findings.filter(({ severity }) => severity === 'fail'),
    ...findings.filter(({ severity }) => severity === 'warn'),
  ]
  const [root] = ordered
  if (root !== undefined) return { ...root, findings: ordered }
  if (isHealthy(evidence)) return healthy(evidence)
  return { ...inconclusive, findings: [inconclusive] }
}

function findingOf(rule: Rule, evidence: Evidence): Finding {
  const { code, severity, title } = rule
  return { code, severity, title, detail: rule.say(evidence), remedy: rule.remedy(evidence) }
}

function healthy(evidence: Evidence): Verdict {
  const { host, networkPlane } = evidence
  const name = cleanText(host, 253)
  const elapsed = networkPlane?.ping?.elapsedMs
  const took = elapsed === undefined ? '' : ` ${Math.round(elapsed)} ms`
  return {
    code: 'healthy',
    severity: 'ok',
    title: 'the service answers over the private endpoint',
    detail: `name → ${networkPlane?.address?.dialled} → TLS on 8443 and 9440 → Ok.${took}${slowness(networkPlane)}${deadServers(evidence)}`,
    remedy: { text: `Connect: https://${name}:8443 or clickhouse client --secure --port 9440 --host ${name}` },
    findings: [],
  }
}

/** From how long on DNS counts as slow, in milliseconds. */
const slowDnsMs = 1_000

function slowness(networkPlane: Evidence['networkPlane']): string {
  const { server, elapsedMs } = networkPlane?.wire ?? networkPlane?.resolver ?? { server: '', elapsedMs: 0 }
  if (elapsedMs < slowDnsMs) return ''
  return `. DNS is slow: ${cleanText(server, 253)} took ${(elapsedMs / 1_000).toFixed(1)} s, and clients wait as long`
}

/** Servers that programs go past: no fault yet, and one server less. */
function deadServers(evidence: Evidence): string {
  const dead = failingServers(evidence).map((each) => `${cleanText(each.server, 253)} ${failureOf(each)}`)
  return dead.length === 0 ? '' : `. Programs go past a DNS server, and may wait for it: ${dead.join('; ')}`
}

/** The verdict when no rule matches although a required check did not pass. */
const inconclusive: Finding = {
  code: 'control-plane-unknown',
  severity: 'warn',
  title: 'what was seen does not fit together',
  detail: 'No fault was found, but not every required check passed, so the connection is not proven.',
  remedy: { text: 'Run the diagnosis again.' },
}
