import type { Handlers } from '../chat/surface.ts'
import { answerClick } from './click.ts'
import { answerCommand } from './command.ts'
import { type Desk, wake } from './desk.ts'
import { refillForm, submitForm } from './form.ts'
import { homeOf } from './home.ts'
import { viewOf } from './view.ts'

/** The answers to everything that people send from the chat of this desk. */
export function handlersOf(desk: Desk): Handlers {
  return {
    command: (said) => answerCommand(desk, said),
    click: (click) => answerClick(desk, click),
    added: () => showOpenRequests(desk),
    home: (by) => homeOf(desk, by),
    view: (by, { id }, place) => viewOf(desk, by, id, place),
    refill: (filled) => refillForm(desk, filled),
    submit: (by, place, filled) => submitForm(desk, by, place, filled),
  }
}

async function showOpenRequests(desk: Desk): Promise<void> {
  const { ledger, producer } = desk
  const requests = await ledger.open()
  await wake(desk, ...requests.map(({ id }) => producer.show({ kind: 'request', id })))
}
