import type { Diagnosis } from '../../domain/diagnosis/diagnosis.ts'
import type { Person } from '../../domain/person.ts'
import { evidenceCard } from '../cards/diagnosis/evidence-card.ts'
import { durationText } from '../cards/duration.ts'
import { shownName } from '../cards/subject.ts'
import { type Card, type DiagnosisVerb, say, words } from '../chat/card.ts'
import type { Click } from '../chat/surface.ts'
import { type Desk, tooManyFrom, wake } from './desk.ts'
import { noteDown } from './note-down.ts'

/** Stores the diagnosis and queues its job. The result is posted where it was asked for. */
export async function askForDiagnosis(desk: Desk, asked: Omit<Diagnosis['asked'], 'at'>): Promise<Card> {
  const tooMuch = await tooManyFrom(desk, asked.by)
  if (tooMuch !== undefined) return tooMuch
  const id = await desk.diagnoses.nextId()
  const subject = `${shownName(asked.service)} from ${asked.network === undefined ? 'everywhere' : shownName(asked.network)}`
  const event = asked.wake === true ? 'wake' : 'diagnose'
  await Promise.all([
    desk.diagnoses.save({ id, asked: { ...asked, at: desk.now() } }),
    noteDown(desk, { event, by: asked.by, record: id, what: subject }),
  ])
  return (await wake(desk, desk.producer.work({ kind: 'diagnosis', id })))
    ? say(words`Diagnosing ${subject}. The result follows here (${id}).`)
    : say(words`The diagnosis of ${subject} could not be queued. Ask again in a minute.`)
}

/** Answers a click on a diagnosis. The button carries its id; the findings are read from Redis, which keeps them for a day. */
export async function answerDiagnosisClick(desk: Desk, { verb, id, by }: Click<Exclude<DiagnosisVerb, 'fix'>>): Promise<Card> {
  const diagnosis = await desk.diagnoses.get(id)
  if (diagnosis === undefined)
    return say(
      words`I do not know ${shownName(id)} any more: a diagnosis is kept for ${durationText(desk.diagnoses.keptMs)}. Ask for a new one.`,
    )
  switch (verb) {
    case 'evidence':
      return evidenceCard(diagnosis)
    case 'again':
    case 'wake':
      return await diagnoseAgain(desk, by, diagnosis, verb === 'wake')
  }
}

async function diagnoseAgain(desk: Desk, by: Person, { asked }: Diagnosis, wake: boolean): Promise<Card> {
  const { at: _at, wake: _before, ...same } = asked
  return await askForDiagnosis(desk, { ...same, by, ...(wake && { wake }) })
}
