import type { Diagnosis } from '../../../domain/diagnosis/diagnosis.ts'
import { evidenceLines } from '../../../domain/diagnosis/evidence-lines.ts'
import { type Card, code, say, strong, words } from '../../chat/card.ts'
import { shownName } from '../subject.ts'

/** All evidence, with certificates and DNS answers: for the person who asks for it, not for the channel. */
export function evidenceCard({ id, looks = [] }: Diagnosis): Card {
  const seen = looks.flatMap(({ network, evidence, since }) => {
    const changes = since?.changes.map(({ what, said }) => ({ what: `since it worked, ${what}`, said })) ?? []
    return evidence === undefined ? [] : [{ network, lines: [...evidenceLines(evidence), ...changes] }]
  })
  if (seen.length === 0) return say(`${id} has no evidence to show.`)
  return {
    summary: `Evidence of ${id}`,
    parts: [
      { kind: 'title', text: `Evidence of ${id}` },
      ...seen.map(({ network, lines }) => ({
        kind: 'lines' as const,
        lines: [words`${strong(`from ${shownName(network)}`)}`, ...lines.map(({ what, said }) => words`${code(what)} ${said}`)],
      })),
    ],
  }
}
