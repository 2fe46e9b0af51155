import type { Look } from '../../../domain/diagnosis/diagnosis.ts'
import type { Verdict } from '../../../domain/diagnosis/finding.ts'
import { pathOf } from '../../../domain/diagnosis/path.ts'
import { cleanText } from '../../../domain/hostile-text.ts'
import { type Part, strong, type Text, time, words } from '../../chat/card.ts'
import { remedyText } from '../request/outcome-parts.ts'
import { shownName } from '../subject.ts'
import { eventText, isShown, phaseText, statusWords } from './path-text.ts'

/** `healthy from 1 of 3 networks`; names the network when only one is not healthy. */
export function everywhereTitle(looks: readonly Look[]): string {
  const healthy = looks.filter(({ verdict }) => verdict?.code === 'healthy')
  const [only, ...more] = looks.filter(({ verdict }) => verdict?.code !== 'healthy')
  const count = `healthy from ${healthy.length} of ${looks.length} networks`
  return only !== undefined && more.length === 0 && healthy.length > 0
    ? `${count}, only ${shownName(only.network)} is not`
    : count
}

/** The worst verdict: a fault, else a warning, else a healthy one. */
export function worstOf(looks: readonly Look[]): Verdict | undefined {
  const verdicts = looks.flatMap(({ verdict }) => verdict ?? [])
  return (['fail', 'warn', 'ok'] as const).map((kind) => verdicts.find(({ severity }) => severity === kind)).find(Boolean)
}

/** Up to so many networks are shown one by one; of more, those with the same verdict are shown together. */
const mostOneByOne = 8

/** From so many on, networks with the same verdict are a group. */
const fewestTogether = 3

/**
 * Faults first, because a long card is cut at its end; then networks without a result, warnings, and what is healthy. Of each kind those that few others
 * share come first.
 */
export function faultsFirst(looks: readonly Look[]): readonly Look[] {
  const rank = ({ verdict }: Look) => (verdict === undefined ? 1 : { fail: 0, warn: 2, ok: 3 }[verdict.severity])
  return alike(looks)
    .toSorted(([a, ...others], [b, ...more]) => rank(a) - rank(b) || others.length - more.length)
    .flat()
}

/** The networks below each other, each with its verdict and its path. */
export function everywhereParts(looks: readonly Look[]): readonly Part[] {
  return alike(looks).flatMap((group): readonly Part[] => {
    const isTogether = looks.length > mostOneByOne && group.length >= fewestTogether
    return isTogether ? [together(group)] : group.map((look) => ({ kind: 'lines', lines: linesOf(look) }))
  })
}

type Group = readonly [Look, ...Look[]]

/** Those with the same findings, in the order of the first of each. */
function alike(looks: readonly Look[]): readonly Group[] {
  const groups = new Map<string, [Look, ...Look[]]>()
  for (const look of looks) {
    const { verdict, problem } = look
    const key =
      verdict === undefined ? `? ${problem?.code}` : [verdict.code, ...verdict.findings.map(({ code }) => code)].join(' ')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [look])
    else group.push(look)
  }
  return [...groups.values()]
}

/** What these networks have in common, their names, and the remedy for the first of them. */
function together(group: Group): Part {
  const [{ network, verdict, problem }] = group
  const count = strong(`${group.length} networks`)
  const names = group.map((look) => shownName(look.network)).join(', ')
  if (verdict === undefined)
    return { kind: 'lines', lines: [words`? ${count}  not diagnosed: ${cleanText(problem?.message ?? 'no answer', 300)}`, names] }
  const fault = verdict.severity === 'ok' ? '' : `: ${cleanText(verdict.title, 150)}`
  return {
    kind: 'lines',
    lines: [
      words`${marks[verdict.severity]} ${count}  ${statusWords(verdict)}${fault}`,
      names,
      ...(verdict.severity === 'ok' ? [] : [words`${strong(`Fix for ${shownName(network)}`)}  ${remedyText(verdict.remedy)}`]),
      ...alsoFound(verdict),
    ],
  }
}

const marks = { ok: '✔', fail: '✘', warn: '?' } as const

/** How many changes a network's lines name; the evidence has all of them. */
const mostChanges = 3

function linesOf({ network, verdict, evidence, since, problem }: Look): readonly Text[] {
  const name = strong(shownName(network))
  if (verdict === undefined) return [words`? ${name}  not diagnosed: ${cleanText(problem?.message ?? 'no answer', 300)}`]
  const path = (evidence === undefined ? [] : pathOf(evidence)).filter(isShown).map(phaseText).join(' → ')
  const fault = verdict.severity === 'ok' ? '' : `: ${cleanText(verdict.title, 150)}`
  return [
    words`${marks[verdict.severity]} ${name}  ${statusWords(verdict)}${fault}`,
    ...(path === '' ? [] : [path]),
    ...(verdict.severity === 'ok' ? [] : [words`${strong('Fix')}  ${remedyText(verdict.remedy)}`]),
    ...alsoFound(verdict),
    ...(since === undefined ? [] : [sinceLine(since)]),
  ]
}

/** The codes of the other findings; the diagnosis from one network explains them. */
function alsoFound({ code: root, findings }: Verdict): readonly Text[] {
  const others = findings.filter((finding) => finding.code !== root).map((finding) => finding.code)
  return others.length === 0 ? [] : [words`${strong('Also found')}  ${others.join(', ')}`]
}

function sinceLine({ lastHealthyAt, changes, events = [] }: NonNullable<Look['since']>): Text {
  const said = changes.slice(0, mostChanges).map(({ what, inPublic }) => cleanText(`${what}: ${inPublic}`, 200))
  const last = events.at(-1)
  return words`${strong('Last healthy')} ${time(lastHealthyAt)}${said.length === 0 ? '' : `; since then ${said.join('; ')}`}${last === undefined ? '' : words`; ${eventText(last)}`}`
}
