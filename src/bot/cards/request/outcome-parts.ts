import type { Remedy, Verdict } from '../../../domain/diagnosis/finding.ts'
import { isBeside } from '../../../domain/diagnosis/required.ts'
import type { Problem } from '../../../domain/errors.ts'
import { cleanText } from '../../../domain/hostile-text.ts'
import { connects, type Request } from '../../../domain/request.ts'
import { code, command, type Part, strong, type Text, words } from '../../chat/card.ts'
import { shownName } from '../subject.ts'

/** How to connect to each service. */
export function connectParts({ action, plan, outcome }: Request): readonly Part[] {
  if (plan === undefined || !connects(action)) return []
  const address = outcome?.address === undefined ? '' : words` (${code(outcome.address)})`
  return plan.services.flatMap(({ host }) => [
    {
      kind: 'text' as const,
      text: words`${strong('Connect')} from ${shownName(plan.network)} to ${code(cleanText(host, 253))}${address}`,
    },
    connectLines(host),
  ])
}

/** The addresses for HTTPS and the native protocol, to copy. */
export function connectLines(host: string): Part {
  const name = cleanText(host, 253)
  return { kind: 'code', lines: [`https://${name}:8443`, `clickhouse client --secure --host ${name} --port 9440`] }
}

/** The verdict of the check from inside the network at the end: the service answered, perhaps with something wrong beside it. */
export function verdictParts({ asked, outcome }: Request): readonly Part[] {
  const verdict = outcome?.verdict
  const network = shownName(asked.network)
  if (verdict === undefined) return []
  if (verdict.severity === 'ok') {
    return [
      { kind: 'text', text: words`${strong('Verified')} from ${network}: ${verdict.code}. ${cleanText(verdict.detail, 600)}` },
    ]
  }
  const found = words`${cleanText(verdict.title, 200)} (${code(verdict.code)})`
  const text = isBeside(verdict.code)
    ? words`${strong('Verified')} from ${network}: the service answers over the private endpoint. ${strong('Warning:')} ${found}, which no setup mends.`
    : words`${strong('Not verified')} from ${network}: ${found}`
  return [{ kind: 'text', text }, ...whyAndFix(verdict)]
}

export function whyAndFix({ detail, remedy }: Pick<Verdict, 'detail' | 'remedy'>): readonly Part[] {
  return [
    { kind: 'text', text: words`${strong('Why')}  ${cleanText(detail, 1_200)}` },
    { kind: 'text', text: words`${strong('Fix')}  ${remedyText(remedy)}` },
  ]
}

export function remedyText({ text, command: words_ }: Remedy): Text {
  const clean = cleanText(text, 600)
  return words_ === undefined ? clean : words`${clean}  ${command(cleanText(words_, 200))}`
}

/** What was to be removed and stays, each with the whole reason: a lock is named with its scope. */
export function keptParts({ plan, steps }: Request): readonly Part[] {
  return (plan?.steps ?? []).flatMap(({ id, title, resource }) => {
    const { kept, note = '' } = steps[id] ?? {}
    if (kept !== true) return []
    const why = cleanText(note.replace(/^kept: /, ''), 2_000)
    return [{ kind: 'text', text: words`${strong('Kept')}  ${title} ${code(cleanText(resource, 120))}: ${why}` } as const]
  })
}

export function problemParts(problem: Problem | undefined): readonly Part[] {
  if (problem === undefined) return []
  const vendor = problem.vendorRequestId
  return [
    {
      kind: 'text',
      text: words`${strong('Problem')}  ${cleanText(problem.message, 1_200)} (${code(cleanText(problem.code, 60))})`,
    },
    { kind: 'text', text: words`${strong('Next')}  ${cleanText(problem.remedy, 600)}` },
    ...(vendor === undefined
      ? []
      : [{ kind: 'note', text: words`The vendor's id of the call, for its support: ${code(cleanText(vendor, 120))}` } as const]),
  ]
}
