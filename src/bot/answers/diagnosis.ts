import type { Diagnosis } from '../../domain/diagnosis/diagnosis.ts'
import { shownName } from '../cards/subject.ts'
import { type Card, say, words } from '../chat/card.ts'
import { type Desk, tooManyFrom, wake } from './desk.ts'

/** Writes the question down and wakes whoever looks. */
export async function askForDiagnosis(desk: Desk, asked: Omit<Diagnosis['asked'], 'at'>): Promise<Card> {
  const tooMuch = await tooManyFrom(desk, asked.by)
  if (tooMuch !== undefined) return tooMuch
  const id = await desk.diagnoses.nextId()
  await desk.diagnoses.save({ id, asked: { ...asked, at: desk.now() } })
  const subject = `${shownName(asked.service)} from ${asked.network === undefined ? 'everywhere' : shownName(asked.network)}`
  return (await wake(desk, desk.producer.work({ kind: 'diagnosis', id })))
    ? say(words`Looking at ${subject}. The result follows here (${id}).`)
    : say(words`I could not pass on the question about ${subject}: nobody is looking. Ask again in a minute.`)
}
