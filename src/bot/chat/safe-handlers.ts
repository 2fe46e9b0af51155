import type { Log } from '../../log.ts'
import type { Card } from './card.ts'
import { identityUnknown, internalFault, ledgerUnreachable, outcomeUnknown } from './failure-cards.ts'
import { wholeForm } from './form.ts'
import type { Handlers } from './surface.ts'

/** Handlers that never reject: the answer then says that it failed, and whether that is because Redis did not answer. */
export function safeHandlers(
  handlers: Handlers,
  { log, isUnanswered }: { log: Log; isUnanswered(error: unknown): Promise<boolean> },
): Handlers {
  const explain = async (error: unknown): Promise<Card> => {
    log.error({ err: error }, 'an answer failed')
    return (await isUnanswered(error)) ? outcomeUnknown : internalFault
  }
  return {
    command: (said) => handlers.command(said).catch(async (error) => ({ kind: 'card', card: await explain(error) })),
    click: (click) => handlers.click(click).catch(async (error) => ({ kind: 'card', card: await explain(error) })),
    added: () => handlers.added().catch((error) => log.error({ err: error }, 'open requests were not posted')),
    home: (by) => handlers.home(by).catch(async (error) => [await explain(error)]),
    view: (by, record, place) =>
      handlers.view(by, record, place).catch((error) => {
        log.error({ err: error }, 'a view was not made')
        return undefined
      }),
    refill: (filled) =>
      handlers.refill(filled).catch((error) => {
        log.error({ err: error }, 'a form was not refilled')
        return undefined
      }),
    choices: (query) =>
      handlers.choices(query).catch((error) => {
        log.error({ err: error }, 'a list was not searched')
        return []
      }),
    submit: (by, place, filled) => handlers.submit(by, place, filled).catch(async (error) => asProblem(await explain(error))),
    refused: (attempt, why) =>
      handlers.refused(attempt, why).catch((error) => log.error({ err: error }, 'a refusal is not in the audit')),
  }
}

/** Used while Redis does not answer: whether a chat's request is a replay cannot be checked, so none is acted on. */
export const unreachableHandlers = refusing(ledgerUnreachable)

/** Used while the chat does not say who a person is: nothing is done in their name. */
export const unrecognizedHandlers = refusing(identityUnknown)

function refusing(card: Card): Handlers {
  return {
    command: async () => ({ kind: 'card', card }),
    click: async () => ({ kind: 'card', card }),
    added: async () => undefined,
    home: async () => [card],
    view: async () => undefined,
    refill: async () => undefined,
    choices: async () => [],
    submit: async () => asProblem(card),
    refused: async () => undefined,
  }
}

/** Shown in the open form, so that what was filled in is kept. */
function asProblem(card: Card) {
  return { problems: { [wholeForm]: card.summary } }
}
