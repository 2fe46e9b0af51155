import type { Log } from '../../log.ts'
import type { Card } from './card.ts'
import { identityUnknown, internalFault, ledgerUnreachable } from './failure-cards.ts'
import { wholeForm } from './form.ts'
import type { Handlers } from './surface.ts'

/** Handlers that never reject: whoever asked is told that it failed, and whether Redis answers. */
export function safeHandlers(
  handlers: Handlers,
  { log, redisAnswers }: { log: Log; redisAnswers(): Promise<boolean> },
): Handlers {
  const explain = async (error: unknown): Promise<Card> => {
    log.error({ err: error }, 'an answer failed')
    return (await redisAnswers()) ? internalFault : ledgerUnreachable
  }
  return {
    command: (said) => handlers.command(said).catch(async (error) => ({ kind: 'card', card: await explain(error) })),
    click: (click) => handlers.click(click).catch(async (error) => ({ kind: 'card', card: await explain(error) })),
    home: (by) => handlers.home(by).catch(async (error) => [await explain(error)]),
    refill: (filled) =>
      handlers.refill(filled).catch((error) => {
        log.error({ err: error }, 'a form was not refilled')
        return undefined
      }),
    submit: (by, place, filled) => handlers.submit(by, place, filled).catch(async (error) => asProblem(await explain(error))),
  }
}

/** While it cannot be known whether a request is new, nobody acts on it. */
export const unreachableHandlers = refusing(ledgerUnreachable)

/** While it cannot be known who speaks, nobody acts for them. */
export const unrecognizedHandlers = refusing(identityUnknown)

function refusing(card: Card): Handlers {
  return {
    command: async () => ({ kind: 'card', card }),
    click: async () => ({ kind: 'card', card }),
    home: async () => [card],
    refill: async () => undefined,
    submit: async () => asProblem(card),
  }
}

/** In the form itself, so that nothing that was filled in is lost. */
function asProblem(card: Card) {
  return { problems: { [wholeForm]: card.summary } }
}
