import type { Request } from '../../domain/request.ts'
import { detailsCard } from '../cards/request/details-card.ts'
import { shownName } from '../cards/subject.ts'
import { type Card, type RequestVerb, say, words } from '../chat/card.ts'
import type { Click, Reply } from '../chat/surface.ts'
import { adopt } from '../outbox/duplicate-posts.ts'
import { openOverrideForm } from './break-glass.ts'
import { cancelRequest } from './cancel.ts'
import { decide } from './decide.ts'
import type { Desk } from './desk.ts'
import { answerDiagnosisClick } from './diagnosis.ts'
import { askForFix } from './fix.ts'
import { review } from './review.ts'
import { exportTerraform } from './terraform-export.ts'
import { askForUndo } from './undo.ts'
import { sendPicture } from './watch.ts'

/** What the bot answers to a click: the verb says what kind of record it is about. */
export async function answerClick(desk: Desk, { verb, ...click }: Click): Promise<Reply> {
  switch (verb) {
    case 'fix':
      return await askForFix(desk, { verb, ...click })
    case 'again':
    case 'wake':
    case 'evidence':
      return card(await answerDiagnosisClick(desk, { verb, ...click }))
    case 'picture':
      return card(await sendPicture(desk, { verb, ...click }))
    default:
      return await answerRequestClick(desk, { verb, ...click })
  }
}

/**
 * The button carries the request's id and the digest of the plan that the person saw. Everything else is read from the ledger at the moment of the
 * click.
 */
async function answerRequestClick(desk: Desk, click: Click<RequestVerb>): Promise<Reply> {
  const request = await desk.ledger.get(click.id)
  if (request === undefined) {
    desk.declined('unknown-request')
    return card(say(words`I do not know a request ${shownName(click.id)}, so there is nothing to decide.`))
  }
  const reply = await answerFor(desk, click, request)
  if (click.on !== undefined) await adopt(desk, click.id, click.on)
  return reply
}

async function answerFor(desk: Desk, click: Click<RequestVerb>, request: Request): Promise<Reply> {
  switch (click.verb) {
    case 'details':
      return card(detailsCard(request, click.digest))
    case 'export':
      return card(await exportTerraform(desk, click.by, request))
    case 'undo':
      return await askForUndo(desk, click, request)
    case 'cancel':
      return card(await cancelRequest(desk, click.by, click.id))
    case 'override':
      return await openOverrideForm(desk, click, request)
    case 'review':
      return card(await review(desk, click, request))
    case 'approve':
    case 'reject':
      return card(await decide(desk, click, request))
  }
}

function card(shown: Card): Reply {
  return { kind: 'card', card: shown }
}
