import type { Diagnosis } from '../../domain/diagnosis/diagnosis.ts'
import type { Person } from '../../domain/person.ts'
import { isOpen } from '../../domain/request.ts'
import { sameName } from '../../domain/service-words.ts'
import { evidenceCard } from '../cards/diagnosis/evidence-card.ts'
import { shownName, statusOf } from '../cards/subject.ts'
import { type Card, command, type DiagnosisVerb, say, strong, words } from '../chat/card.ts'
import type { Click } from '../chat/surface.ts'
import { changeCommand } from '../command/parse.ts'
import { type Desk, tooManyFrom, wake } from './desk.ts'
import { askForChange } from './new-request.ts'

/** Stores the diagnosis and queues its job. The result is posted where it was asked for. */
export async function askForDiagnosis(desk: Desk, asked: Omit<Diagnosis['asked'], 'at'>): Promise<Card> {
  const tooMuch = await tooManyFrom(desk, asked.by)
  if (tooMuch !== undefined) return tooMuch
  const id = await desk.diagnoses.nextId()
  await desk.diagnoses.save({ id, asked: { ...asked, at: desk.now() } })
  const subject = `${shownName(asked.service)} from ${asked.network === undefined ? 'everywhere' : shownName(asked.network)}`
  return (await wake(desk, desk.producer.work({ kind: 'diagnosis', id })))
    ? say(words`Diagnosing ${subject}. The result follows here (${id}).`)
    : say(words`The diagnosis of ${subject} could not be queued. Ask again in a minute.`)
}

/** Answers a click on a diagnosis. The button carries its id; the findings are read from Redis, which keeps them for a day. */
export async function answerDiagnosisClick(desk: Desk, { verb, id, digest, by }: Click<DiagnosisVerb>): Promise<Card> {
  const diagnosis = await desk.diagnoses.get(id)
  if (diagnosis === undefined)
    return say(words`I do not know ${shownName(id)} any more: a diagnosis is kept for a day. Ask for a new one.`)
  switch (verb) {
    case 'evidence':
      return evidenceCard(diagnosis)
    case 'again':
    case 'wake':
      return await diagnoseAgain(desk, by, diagnosis, verb === 'wake')
    case 'fix':
      return await requestFix(desk, by, diagnosis, digest)
  }
}

async function diagnoseAgain(desk: Desk, by: Person, { asked }: Diagnosis, wake: boolean): Promise<Card> {
  const { at: _at, wake: _before, ...same } = asked
  return await askForDiagnosis(desk, { ...same, by, ...(wake && { wake }) })
}

/** Asks for the change that the verdict's remedy names. It is planned and approved like any other request. */
async function requestFix(desk: Desk, by: Person, { id, asked, looks = [] }: Diagnosis, from: string): Promise<Card> {
  const look = looks.find(({ network }) => network === from) ?? (looks.length === 1 ? looks[0] : undefined)
  const fix = changeCommand(look?.verdict?.remedy.command)
  if (look?.verdict === undefined || fix?.network === undefined)
    return say(
      words`Nothing that ${id} found can be fixed by one of my commands. To diagnose again: ${command('diagnose SERVICE from NETWORK')}`,
    )
  const { kind, services, network } = fix
  const same = (await desk.ledger.open()).find(
    (request) =>
      isOpen(request) &&
      request.action === kind &&
      sameName(request.asked.network, network) &&
      services.every(({ service }) => request.asked.services.some((each) => sameName(each.service, service))),
  )
  if (same !== undefined) return say(words`${strong(same.id)} asks for the same already.`, statusOf(same))
  return await askForChange(desk, kind, { by, place: asked.place, services, network, reason: `${id}: ${look.verdict.code}` })
}
