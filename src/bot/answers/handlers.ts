import type { Person } from '../../domain/person.ts'
import type { FilledForm } from '../chat/form.ts'
import type { Click, Handlers, Said } from '../chat/surface.ts'
import { parseCommand } from '../command/parse.ts'
import { answerClick } from './click.ts'
import { answerCommand } from './command.ts'
import { type Desk, wake } from './desk.ts'
import { refillForm, searchForm, submitForm } from './form.ts'
import { homeOf } from './home.ts'
import { type Attempt, createRefusals } from './refusals.ts'
import { viewOf } from './view.ts'

/** The answers to everything that people send from the chat of this desk. */
export function handlersOf(desk: Desk): Handlers {
  const refusals = createRefusals()
  return {
    command: (said) =>
      refusals.witness(
        desk,
        () => commandOf(said),
        (witnessed) => answerCommand(witnessed, said),
      ),
    click: (click) =>
      refusals.witness(
        desk,
        () => attemptOf(click),
        (witnessed) => answerClick(witnessed, click),
      ),
    added: () => showOpenRequests(desk),
    home: (by) => homeOf(desk, by),
    view: (by, { id }, place) => viewOf(desk, by, id, place),
    refill: (filled) => refillForm(desk, filled),
    choices: (query) => searchForm(desk, query),
    submit: (by, place, filled) =>
      refusals.witness(
        desk,
        () => formOf(by, filled),
        (witnessed) => submitForm(witnessed, by, place, filled),
      ),
    refused: (attempt, why) => refusals.note(desk, attempt, why),
  }
}

function commandOf({ by, text }: Said): Attempt {
  const asked = parseCommand(text)
  return { by, did: asked.kind, ...(asked.kind === 'cancel' && { record: asked.id }) }
}

function attemptOf({ by, verb, id }: Click): Attempt {
  return { by, did: verb, record: id }
}

function formOf(by: Person, { kind, carried }: FilledForm): Attempt {
  const record = carried.request ?? carried.diagnosis
  return { by, did: `form ${kind}`, ...(record !== undefined && { record }) }
}

async function showOpenRequests(desk: Desk): Promise<void> {
  const { ledger, producer } = desk
  const requests = await ledger.open()
  await wake(desk, ...requests.map(({ id }) => producer.show({ kind: 'request', id })))
}
