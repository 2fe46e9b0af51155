/** The transcript of the tour, in a form in which two runs of the same story are equal. */

/** The transcript inside docs/tour.md. */
export function transcriptIn(page: string): string {
  return /```text\n(.*?)\n```/s.exec(page)?.[1] ?? ''
}

/** One string for each line of the story and for each card, without what differs from run to run. */
export function comparable(transcript: string): readonly string[] {
  return statements(transcript).map(masked)
}

const frame = /^ {9}│ ?/

/** A card is one statement: where its lines break depends on how long its times and addresses are. */
function statements(transcript: string): readonly string[] {
  const all: string[] = []
  let isInCard = false
  for (const line of transcript.split('\n')) {
    const isCard = frame.test(line)
    const text = line.replace(frame, '').trim()
    if (isCard && isInCard) all.push(`${all.pop()} ${text}`)
    else if (text !== '') all.push(text)
    isInCard = isCard
  }
  return all
}

/** The card of a running request shows how far this run was when it was last updated. */
const progress = /( · applying .*?)[✔▸·] private endpoint .*( \[Cancel\])$/

/** The TTL of records, 300 s, stays: it is no time of the run. */
const duration = /(?!300 s)\b\d+(\.\d+)? (ms|s)\b/g

function masked(statement: string): string {
  return statement
    .replace(progress, '$1‹progress›$2')
    .replace(/^\d+\.\d\ds /, '')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '‹GUID›')
    .replace(/\b127\.\d+\.\d+(?=\.\d)/g, '‹network›')
    .replace(/\b(today|tomorrow|yesterday) \d\d:\d\d/g, '‹when›')
    .replace(duration, '‹time›')
    .replace(/\d+\.\d\d×/, '‹ratio›×')
    .replace(/(updated in place|from command to done:) \d+/, '$1 ‹count›')
}
