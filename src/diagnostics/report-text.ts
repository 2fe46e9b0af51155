import type { Evidence } from '../domain/diagnosis/evidence.ts'
import { evidenceLines } from '../domain/diagnosis/evidence-lines.ts'
import type { Verdict } from '../domain/diagnosis/finding.ts'
import { type PathPhase, pathOf } from '../domain/diagnosis/path.ts'

const marks = { ok: '✔', fail: '✘', unknown: '?' } as const

/** A diagnosis as text for a terminal: the verdict, the path, the reason, the remedy and the evidence. */
export function reportText(evidence: Evidence, verdict: Verdict, elapsedMs: number): string {
  const { severity, code, title, detail, remedy, findings } = verdict
  const kind = severity === 'ok' ? code : `${severity === 'fail' ? 'fault' : 'warning'} · ${code}`
  const others = findings.filter((finding) => finding.code !== code)
  return [
    `${evidence.host} from ${evidence.network}: ${title}`,
    `${kind} · ${elapsedMs} ms`,
    '',
    pathOf(evidence).map(phaseText).join(' → '),
    '',
    `Why  ${detail}`,
    `Fix  ${remedy.text}`,
    ...others.map((finding) => `Also ${finding.code}: ${finding.detail} ${finding.remedy.text}`),
    '',
    ...evidenceLines(evidence).map(({ what, said }) => `${what.padEnd(22)} ${said}`),
    '',
  ].join('\n')
}

function phaseText({ phase, state, detail, elapsedMs }: PathPhase): string {
  const took = elapsedMs === undefined ? '' : ` (${Math.round(elapsedMs)} ms)`
  return `${phase} ${marks[state]}${detail === undefined ? '' : ` ${detail}`}${took}`
}
