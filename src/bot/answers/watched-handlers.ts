import type { Surface } from '../../domain/person.ts'
import { withLogFields } from '../../log-fields.ts'
import { inSpan } from '../../tracing.ts'
import type { Handlers } from '../chat/surface.ts'
import { parseCommand } from '../command/parse.ts'

/** Buttons of diagnoses and watches carry ids of their own. */
const requestId = /^PL-\d+$/

/** Counts commands, and begins a trace with each command, click and form that people send. What they wrote is in no trace. */
export function watchedHandlers(
  handlers: Handlers,
  { chat, commanded }: { readonly chat: Surface; commanded(command: string): void },
): Handlers {
  const begin = <T>(name: string, work: () => Promise<T>, request?: string): Promise<T> => {
    const attributes = { 'privatelink.chat': chat, ...(request !== undefined && { 'privatelink.request': request }) }
    return withLogFields(request === undefined ? {} : { request }, () =>
      inSpan({ name, kind: 'server', attributes }, () => work()),
    )
  }
  return {
    ...handlers,
    command(said) {
      const { kind } = parseCommand(said.text)
      commanded(kind)
      return begin(`command ${kind}`, () => handlers.command(said))
    },
    click: (click) => begin(`click ${click.verb}`, () => handlers.click(click), requestId.test(click.id) ? click.id : undefined),
    submit: (by, place, filled) => begin('form', () => handlers.submit(by, place, filled)),
  }
}
