import type { Person } from '../../domain/person.ts'
import { canBeUndone, type Request } from '../../domain/request.ts'
import { statusOf, titleOf } from '../cards/subject.ts'
import { type Card, say, words } from '../chat/card.ts'
import { type FilledForm, type Form, type FormProblems, wholeForm } from '../chat/form.ts'
import type { Click, Reply } from '../chat/surface.ts'
import { type Desk, declining } from './desk.ts'
import { askForChange } from './new-request.ts'
import { isReasonRequired, reasonForm, reasonIn } from './reason-form.ts'

/** A teardown of what a failed request has made: a new request, with its own plan and approval. */

export async function askForUndo(desk: Desk, { by }: Click, failed: Request): Promise<Reply> {
  const refusal = await refusalOf(desk, failed)
  if (refusal !== undefined) return { kind: 'card', card: refusal }
  if (isReasonRequired(desk, 'teardown', failed.asked.network)) return { kind: 'form', form: formFor(failed) }
  return { kind: 'card', card: await undo(desk, by, failed, `undo ${failed.id}`) }
}

/** The form again, for a chat that asks anew; undefined where the request does not exist. */
export async function undoForm(desk: Desk, { carried }: FilledForm): Promise<Form | undefined> {
  const failed = await desk.ledger.get(carried.request ?? '')
  return failed === undefined ? undefined : formFor(failed)
}

/** The ledger is read again: the request may have been undone since the form was opened. */
export async function submitUndo(desk: Desk, by: Person, filled: FilledForm): Promise<Card | FormProblems> {
  const failed = await desk.ledger.get(filled.carried.request ?? '')
  if (failed === undefined) return { problems: { [wholeForm]: 'I do not know this request any more, so nothing was asked for.' } }
  const refusal = await refusalOf(desk, failed)
  if (refusal !== undefined) return refusal
  const reason = reasonIn(filled)
  return typeof reason === 'string' ? await undo(desk, by, failed, reason) : reason
}

async function undo(desk: Desk, by: Person, { id, asked }: Request, reason: string): Promise<Card> {
  const { place, services, network } = asked
  return await askForChange(desk, 'teardown', { by, place, services, network, reason }, id)
}

async function refusalOf(desk: Desk, failed: Request): Promise<Card | undefined> {
  const { id } = failed
  if (!canBeUndone(failed))
    return declining(desk, 'nothing-to-undo', say(words`${id} has made nothing that could be undone.`, statusOf(failed)))
  const running = (await desk.ledger.open()).find(({ undoes }) => undoes === id)
  if (running === undefined) return undefined
  return declining(desk, 'undone-already', say(words`${running.id} undoes ${id} already.`, statusOf(running)))
}

function formFor(failed: Request): Form {
  return reasonForm({
    kind: 'undo',
    title: `Undo ${failed.id}`,
    about: `Takes back what ${failed.id} (${titleOf(failed)}) has made, after an approval.`,
    carried: { request: failed.id },
  })
}
