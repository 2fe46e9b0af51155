import { canBeUndone, type Request } from '../../domain/request.ts'
import { statusOf } from '../cards/subject.ts'
import { type Card, say, words } from '../chat/card.ts'
import type { Click } from '../chat/surface.ts'
import { type Desk, declining } from './desk.ts'
import { askForChange } from './new-request.ts'

/** Asks for a teardown of what a failed request has made: a new request, with its own plan and approval. */
export async function askForUndo(desk: Desk, { by }: Click, failed: Request): Promise<Card> {
  const { id, asked } = failed
  if (!canBeUndone(failed))
    return declining(desk, 'nothing-to-undo', say(words`${id} has made nothing that could be undone.`, statusOf(failed)))
  const running = (await desk.ledger.open()).find(({ undoes }) => undoes === id)
  if (running !== undefined)
    return declining(desk, 'undone-already', say(words`${running.id} undoes ${id} already.`, statusOf(running)))
  const { place, services, network } = asked
  return await askForChange(desk, 'teardown', { by, place, services, network, reason: `undo ${id}` }, id)
}
