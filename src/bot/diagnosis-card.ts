import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts'
import type { Verdict } from '../domain/diagnosis/finding.ts'
import { type PathPhase, pathOf } from '../domain/diagnosis/path.ts'
import { cleanText } from '../domain/hostile-text.ts'
import { type Card, code, mention, type Part, strong, words } from './card.ts'
import { durationText } from './duration.ts'
import { connectLines, problemParts, remedyText, whyAndFix } from './outcome-parts.ts'
import { shownName } from './subject.ts'

/** What a diagnosis found, or why there is no finding; nothing while it still looks. */
export function diagnosisCard(diagnosis: Diagnosis): Card | undefined {
  const { verdict, problem } = diagnosis
  if (verdict !== undefined) return verdictCard(diagnosis, verdict)
  if (problem === undefined) return undefined
  const title = `${subjectOf(diagnosis)}: no diagnosis`
  return { summary: title, parts: [{ kind: 'title', text: title }, askedBy(diagnosis), ...problemParts(problem)] }
}

function verdictCard(diagnosis: Diagnosis, verdict: Verdict): Card {
  const title = `${subjectOf(diagnosis)}: ${lowerFirst(cleanText(verdict.title, 150))}`
  const status = statusWords(verdict)
  const path = (diagnosis.evidence === undefined ? [] : pathOf(diagnosis.evidence)).filter(isWorthALook)
  return {
    summary: `${title} (${status})`,
    parts: [
      { kind: 'title', text: title },
      { kind: 'note', text: status },
      askedBy(diagnosis),
      ...(path.length === 0 ? [] : [{ kind: 'text', text: path.map(phaseText).join(' → ') } as const]),
      ...(verdict.severity === 'ok' ? healthyParts(diagnosis, verdict) : whyAndFix(verdict)),
      ...otherFindings(verdict),
    ],
  }
}

/** The path has said already what was seen. */
function healthyParts({ evidence }: Diagnosis, { detail }: Verdict): readonly Part[] {
  return evidence === undefined ? [{ kind: 'text', text: cleanText(detail, 1_200) }] : [connectLines(evidence.host)]
}

/** `healthy`, `fault · allow-list-missing`, `warning · worker-absent` */
function statusWords({ code: finding, severity }: Verdict): string {
  if (severity === 'ok') return finding
  return `${severity === 'fail' ? 'fault' : 'warning'} · ${finding}`
}

function subjectOf({ asked }: Diagnosis): string {
  const service = asked.organization === undefined ? asked.service : `${asked.organization}/${asked.service}`
  return `${shownName(service)} from ${shownName(asked.network)}`
}

function askedBy({ id, asked, endedAt }: Diagnosis): Part {
  const took = endedAt === undefined ? '' : `, answered in ${durationText(Date.parse(endedAt) - Date.parse(asked.at))}`
  return { kind: 'note', text: words`${id}, asked by ${mention(asked.by)}${took}` }
}

const marks = { ok: '✔', fail: '✘', unknown: '?' } as const
const phaseNames = { name: 'name', dns: 'DNS', address: 'address', tcp: 'TCP', tls: 'TLS', service: 'service' } as const

/** The address that was dialled stands beside DNS already, unless it was none. */
function isWorthALook({ phase, state }: PathPhase): boolean {
  return phase !== 'address' || state === 'fail'
}

/** `DNS ✔ 10.0.0.4 (4 ms)`, `service: not reached` */
function phaseText({ phase, state, detail, elapsedMs }: PathPhase): string {
  const said = detail === undefined ? '' : ` ${cleanText(detail, 80)}`
  const took = elapsedMs === undefined ? '' : ` (${durationText(elapsedMs)})`
  if (state === 'unknown') return `${phaseNames[phase]}:${said === '' ? ' not checked' : said}`
  return `${phaseNames[phase]} ${marks[state]}${said}${took}`
}

/** Everything else that is wrong and that the root cause does not explain. */
function otherFindings(verdict: Verdict): readonly Part[] {
  const others = verdict.findings.filter((finding) => finding.code !== verdict.code)
  if (others.length === 0) return []
  return [
    { kind: 'text', text: [strong('Also found')] },
    {
      kind: 'lines',
      lines: others.map(
        (finding) => words`${code(finding.code)} ${cleanText(finding.title, 150)}. ${remedyText(finding.remedy)}`,
      ),
    },
  ]
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
