import { isInUnknownState } from '../../../domain/diagnosis/control-facts.ts'
import type { Diagnosis, Look } from '../../../domain/diagnosis/diagnosis.ts'
import { copyWords } from '../../../domain/diagnosis/evidence-lines.ts'
import type { Verdict } from '../../../domain/diagnosis/finding.ts'
import { pathOf } from '../../../domain/diagnosis/path.ts'
import { cleanText } from '../../../domain/hostile-text.ts'
import { type Button, type Card, code, command, mention, type Part, strong, time, words } from '../../chat/card.ts'
import { changeCommand, spell } from '../../command/parse.ts'
import { durationText } from '../duration.ts'
import { pictureButton } from '../picture-button.ts'
import { connectLines, problemParts, remedyText, whyAndFix } from '../request/outcome-parts.ts'
import { shownName } from '../subject.ts'
import { everywhereParts, everywhereTitle, faultsFirst, worstOf } from './all-networks-card.ts'
import { eventText, isShown, phaseText, statusWords } from './path-text.ts'

/** The result of a diagnosis, or why there is none; undefined while it runs. */
export function diagnosisCard(diagnosis: Diagnosis): Card | undefined {
  const { looks = [], problem, asked } = diagnosis
  if (problem !== undefined) return problemCard(diagnosis, problem)
  const [look] = looks
  if (look === undefined) return undefined
  if (asked.network === undefined) return everywhereCard(diagnosis, faultsFirst(looks))
  if (look.verdict === undefined) return problemCard(diagnosis, look.problem)
  const title = `${subjectOf(diagnosis)}: ${lowerFirst(cleanText(look.verdict.title, 150))}`
  const status = statusWords(look.verdict)
  return {
    summary: `${title} (${status})`,
    parts: [
      { kind: 'title', text: title },
      { kind: 'note', text: status },
      askedBy(diagnosis),
      ...againParts(diagnosis),
      ...watchParts(diagnosis),
      ...verdictParts(look, look.verdict),
    ],
    buttons: buttonsOf(diagnosis, look, look.verdict),
  }
}

/** That this is not the last word, why, and when that comes. */
function againParts({ again }: Diagnosis): readonly Part[] {
  if (again === undefined) return []
  const text =
    again.because === 'lists'
      ? words`${strong('Not final')}: the newest allow list is being read. I update this message when it is there, within half a minute.`
      : words`${strong('This may pass by itself')}: I look again at ${time(again.at)}, when the old answer has expired, and update this message.`
  return [{ kind: 'text', text }]
}

/** Why the watch posts this. */
function watchParts({ watch, looks = [] }: Diagnosis): readonly Part[] {
  if (watch === undefined) return []
  const { event, was, everyMs } = watch
  const isBlind = looks.some(({ verdict }) => verdict === undefined)
  const before = was === undefined ? '' : words` It was ${statusWords(was)} since ${time(was.at)}.`
  const every = durationText(everyMs)
  switch (event) {
    case 'first':
      return [{ kind: 'text', text: `I have begun to watch this, every ${every}.` }]
    case 'changed':
      return [
        {
          kind: 'text',
          text: words`${strong(isBlind ? 'I cannot diagnose it any more' : 'The verdict has changed')}, ${isBlind ? 'tried' : 'seen'} twice.${before}`,
        },
      ]
    case 'flapping':
      return [
        {
          kind: 'text',
          text: words`${strong('The verdict changes too often')} to post each change: four times within an hour.${before} I post again after half an hour without a change.`,
        },
      ]
    case 'settled':
      return [{ kind: 'text', text: words`${strong('It has settled')}: half an hour without a change.` }]
    case 'drift':
      return [{ kind: 'text', text: words`It works, but ${strong('something was changed')}.` }]
  }
}

function problemCard(diagnosis: Diagnosis, problem: Diagnosis['problem']): Card {
  const title = `${subjectOf(diagnosis)}: no diagnosis`
  const parts = [{ kind: 'title', text: title } as const, askedBy(diagnosis), ...watchParts(diagnosis), ...problemParts(problem)]
  return { summary: title, parts: [...parts, ...continuesText(diagnosis)] }
}

/** A watch whose diagnosis fails is posted about once. */
function continuesText({ watch, asked }: Diagnosis): readonly Part[] {
  if (watch === undefined) return []
  const { service, organization, network = '' } = asked
  const name = spell({ service, ...(organization !== undefined && { organization }) })
  const end = command(`unwatch ${shownName(name)} from ${shownName(network)}`)
  return [{ kind: 'note', text: words`I keep trying, and post when a diagnosis works again. To end the watch: ${end}` }]
}

function everywhereCard(diagnosis: Diagnosis, looks: readonly Look[]): Card {
  const title = `${subjectOf(diagnosis)}: ${everywhereTitle(looks)}`
  const worst = worstOf(looks)
  const status = worst === undefined ? 'no diagnosis' : statusWords(worst)
  return {
    summary: `${title} (${status})`,
    parts: [
      { kind: 'title', text: title },
      { kind: 'note', text: status },
      askedBy(diagnosis),
      ...againParts(diagnosis),
      ...everywhereParts(looks),
    ],
    buttons: [...fixes(diagnosis, looks), again(diagnosis), evidence(diagnosis)],
  }
}

function verdictParts({ evidence: seen, since }: Look, verdict: Verdict): readonly Part[] {
  const path = (seen === undefined ? [] : pathOf(seen)).filter(isShown)
  return [
    ...(path.length === 0 ? [] : [{ kind: 'text', text: path.map(phaseText).join(' → ') } as const]),
    ...(verdict.severity === 'ok' ? healthyParts(seen?.host, verdict) : whyAndFix(verdict)),
    ...otherFindings(verdict),
    ...copyParts(seen),
    ...sinceParts(since),
  ]
}

/** Copied records that did not follow a change: nothing that this service needs, so that they are no part of the verdict. */
function copyParts(seen: Look['evidence']): readonly Part[] {
  return (seen?.controlPlane?.staleCopies ?? []).map((copy) => ({
    kind: 'text',
    text: words`${strong('Mind:')} ${cleanText(copyWords(copy), 600)}. The next setup in ${shownName(seen?.network ?? '')} has the copy follow, or says why not.`,
  }))
}

/** How to connect; the verdict's text where the host is not known. The path above it shows what was seen. */
function healthyParts(host: string | undefined, { detail }: Verdict): readonly Part[] {
  return host === undefined ? [{ kind: 'text', text: cleanText(detail, 1_200) }] : [connectLines(host)]
}

/** How many changes are named; the evidence has all of them, with their ids. */
const mostChanges = 6

function sinceParts(since: Look['since']): readonly Part[] {
  if (since === undefined) return []
  const { lastHealthyAt, changes, events = [] } = since
  const known = changes.length === 0 ? ' Nothing that I compare has changed since.' : ' Since then:'
  const lines = changes.slice(0, mostChanges).map(({ what, inPublic }) => cleanText(`${what}: ${inPublic}`, 300))
  return [
    { kind: 'text', text: words`${strong('Last healthy')} ${time(lastHealthyAt)}.${known}` },
    ...(lines.length === 0 ? [] : [{ kind: 'lines', lines: [...lines, ...events.map(eventText)] } as const]),
  ]
}

function subjectOf({ asked }: Diagnosis): string {
  const service = asked.organization === undefined ? asked.service : `${asked.organization}/${asked.service}`
  return `${shownName(service)} from ${asked.network === undefined ? 'everywhere' : shownName(asked.network)}`
}

function askedBy({ id, asked, endedAt, watch }: Diagnosis): Part {
  if (watch !== undefined) return { kind: 'note', text: words`${id}, seen by ${watch.id}, which ${mention(asked.by)} asked for` }
  const took = endedAt === undefined ? '' : `, answered in ${durationText(Date.parse(endedAt) - Date.parse(asked.at))}`
  return { kind: 'note', text: words`${id}, asked by ${mention(asked.by)}${took}` }
}

/** The findings that the root cause does not explain, in the order in which to fix them. */
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

function buttonsOf(diagnosis: Diagnosis, { evidence: seen }: Look, verdict: Verdict): readonly Button[] {
  const { id } = diagnosis
  const idle = verdict.findings.some((finding) => finding.code === 'service-idle')
  const asleep = idle || (seen !== undefined && seen.networkPlane?.ping === undefined && isInUnknownState(seen))
  return [
    ...(changeCommand(verdict.remedy.command) === undefined
      ? []
      : [{ verb: 'fix', label: 'Request the fix', weight: 'primary', id, digest: '' } as const]),
    again(diagnosis),
    ...(asleep ? [{ verb: 'wake', label: 'Wake it and diagnose', id, digest: '' } as const] : []),
    evidence(diagnosis),
    ...(diagnosis.watch === undefined ? [] : [pictureButton(diagnosis.watch.id)]),
  ]
}

/** How many fix buttons one message has. */
const mostFixes = 5

/** A button for each network whose remedy is one of our commands. */
function fixes({ id }: Diagnosis, looks: readonly Look[]): readonly Button[] {
  return looks
    .filter(({ verdict }) => changeCommand(verdict?.remedy.command) !== undefined)
    .slice(0, mostFixes)
    .map(({ network }) => ({ verb: 'fix', label: `Request the fix for ${shownName(network)}`, id, digest: network }))
}

function again({ id }: Diagnosis): Button {
  return { verb: 'again', label: 'Run again', id, digest: '' }
}

function evidence({ id }: Diagnosis): Button {
  return { verb: 'evidence', label: 'Evidence', id, digest: '' }
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
