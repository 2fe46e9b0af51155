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

/** Writes the question down and wakes whoever looks. */
export async function askForDiagnosis(desk: Desk, asked: Omit<Diagnosis['asked'], 'at'>): Promise<Card> {
  const tooMuch = await tooManyFrom(desk, asked.by)
  if (tooMuch !== undefined) return tooMuch
  const id = await desk.diagnoses.nextId()
  await desk.diagnoses.save({ id, asked: { ...asked, at: desk.now() } })
  const subject = `${shownName(asked.service)} from ${asked.network === undefined ? 'everywhere' : shownName(asked.network)}`
  return (await wake(desk, desk.producer.work({ kind: 'diagnosis', id })))
    ? say(words`Looking at ${subject}. The result follows here (${id}).`)
    : say(words`The diagnosis of ${subject} could not be queued. Ask again in a minute.`)
}

/** What a click on a diagnosis does. The button says only which one; what it found is read where it is kept. */
export async function answerDiagnosisClick(desk: Desk, { verb, id, digest, by }: Click<DiagnosisVerb>): Promise<Card> {
  const diagnosis = await desk.diagnoses.get(id)
  if (diagnosis === undefined)
    return say(words`I do not know ${shownName(id)} any more: a diagnosis is kept for a day. Ask for a new one.`)
  switch (verb) {
    case 'evidence':
      return evidenceCard(diagnosis)
    case 'again':
    case 'wake':
      return await lookAgain(desk, by, diagnosis, verb === 'wake')
    case 'fix':
      return await requestFix(desk, by, diagnosis, digest)
  }
}

async function lookAgain(desk: Desk, by: Person, { asked }: Diagnosis, wake: boolean): Promise<Card> {
  const { at: _at, wake: _before, ...same } = asked
  return await askForDiagnosis(desk, { ...same, by, ...(wake && { wake }) })
}

/** A request like any other: planned, shown, approved by somebody else. */
async function requestFix(desk: Desk, by: Person, { id, asked, looks = [] }: Diagnosis, from: string): Promise<Card> {
  const look = looks.find(({ network }) => network === from) ?? (looks.length === 1 ? looks[0] : undefined)
  const fix = changeCommand(look?.verdict?.remedy.command)
  if (look?.verdict === undefined || fix?.network === undefined)
    return say(
      words`${id} found nothing that one of my commands mends. To look again: ${command('diagnose SERVICE from NETWORK')}`,
    )
  const { kind, services, network } = fix
  const same = (await desk.ledger.open()).find(
    (request) =>
      isOpen(request) &&
      request.action === kind &&
      sameName(request.asked.network, network) &&
      services.every(({ service }) => request.asked.services.some((each) => sameName(each.service, service))),
  )
  if (same !== undefined) return say(words`${strong(same.id)} is on it already.`, statusOf(same))
  return await askForChange(desk, kind, { by, place: asked.place, services, network, reason: `${id}: ${look.verdict.code}` })
}
