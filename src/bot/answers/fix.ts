import type { Diagnosis } from '../../domain/diagnosis/diagnosis.ts'
import type { Person } from '../../domain/person.ts'
import { isOpen } from '../../domain/request.ts'
import { sameName } from '../../domain/service-words.ts'
import { durationText } from '../cards/duration.ts'
import { shownName, statusOf } from '../cards/subject.ts'
import { type Card, command, say, strong, words } from '../chat/card.ts'
import { type FilledForm, type Form, type FormProblems, wholeForm } from '../chat/form.ts'
import type { Click, Reply } from '../chat/surface.ts'
import { changeCommand } from '../command/parse.ts'
import type { Desk } from './desk.ts'
import { askForChange } from './new-request.ts'
import { isReasonRequired, reasonForm, reasonIn } from './reason-form.ts'

/** The change that the remedy of a verdict names. It is planned and approved like any other request. */
interface Fix extends NonNullable<ReturnType<typeof changeCommand>> {
  readonly network: string
  /** The code of the verdict. */
  readonly code: string
}

const unknownForm = 'I do not know this diagnosis any more, so nothing was asked for. Diagnose again.'

/** `digest` of the click is the network whose verdict it was. */
export async function askForFix(desk: Desk, { by, id, digest }: Click): Promise<Reply> {
  const diagnosis = await desk.diagnoses.get(id)
  if (diagnosis === undefined)
    return card(
      say(
        words`I do not know ${shownName(id)} any more: a diagnosis is kept for ${durationText(desk.diagnoses.keptMs)}. Ask for a new one.`,
      ),
    )
  const fix = fixOf(diagnosis, digest)
  if (fix === undefined) return card(nothingToFix(id))
  const refusal = await askedAlready(desk, fix)
  if (refusal !== undefined) return card(refusal)
  if (isReasonRequired(desk, fix.kind, fix.network)) return { kind: 'form', form: formFor(diagnosis, digest, fix) }
  return card(await ask(desk, by, diagnosis, fix, `${id}: ${fix.code}`))
}

/** The form again, for a chat that asks anew; undefined where the diagnosis is not kept any more. */
export async function fixForm(desk: Desk, { carried }: FilledForm): Promise<Form | undefined> {
  const diagnosis = await desk.diagnoses.get(carried.diagnosis ?? '')
  const fix = diagnosis && fixOf(diagnosis, carried.network ?? '')
  return diagnosis === undefined || fix === undefined ? undefined : formFor(diagnosis, carried.network ?? '', fix)
}

export async function submitFix(desk: Desk, by: Person, filled: FilledForm): Promise<Card | FormProblems> {
  const { carried } = filled
  const diagnosis = await desk.diagnoses.get(carried.diagnosis ?? '')
  const fix = diagnosis && fixOf(diagnosis, carried.network ?? '')
  if (diagnosis === undefined || fix === undefined) return { problems: { [wholeForm]: unknownForm } }
  const refusal = await askedAlready(desk, fix)
  if (refusal !== undefined) return refusal
  const reason = reasonIn(filled)
  return typeof reason === 'string' ? await ask(desk, by, diagnosis, fix, reason) : reason
}

function fixOf({ looks = [] }: Diagnosis, from: string): Fix | undefined {
  const look = looks.find(({ network }) => network === from) ?? (looks.length === 1 ? looks[0] : undefined)
  const change = changeCommand(look?.verdict?.remedy.command)
  if (look?.verdict === undefined || change?.network === undefined) return undefined
  return { ...change, network: change.network, code: look.verdict.code }
}

function nothingToFix(id: string): Card {
  return say(
    words`Nothing that ${id} found can be fixed by one of my commands. To diagnose again: ${command('diagnose SERVICE from NETWORK')}`,
  )
}

async function askedAlready(desk: Desk, { kind, services, network }: Fix): Promise<Card | undefined> {
  const same = (await desk.ledger.open()).find(
    (request) =>
      isOpen(request) &&
      request.action === kind &&
      sameName(request.asked.network, network) &&
      services.every(({ service }) => request.asked.services.some((each) => sameName(each.service, service))),
  )
  return same === undefined ? undefined : say(words`${strong(same.id)} asks for the same already.`, statusOf(same))
}

async function ask(
  desk: Desk,
  by: Person,
  { asked }: Diagnosis,
  { kind, services, network }: Fix,
  reason: string,
): Promise<Card> {
  return await askForChange(desk, kind, { by, place: asked.place, services, network, reason })
}

function formFor({ id }: Diagnosis, from: string, { kind, services, network, code }: Fix): Form {
  const names = services.map(({ service }) => shownName(service)).join(', ')
  return reasonForm({
    kind: 'fix',
    title: 'Request the fix',
    about: `${kind} ${names}, ${shownName(network)}: what ${id} proposes for ${code}. It is planned, and carried out after an approval.`,
    carried: { diagnosis: id, network: from },
  })
}

function card(shown: Card): Reply {
  return { kind: 'card', card: shown }
}
