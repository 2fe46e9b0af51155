import type { Click, Reply } from '../chat/surface.ts'
import { answerRequestClick } from './decide.ts'
import type { Desk } from './desk.ts'
import { answerDiagnosisClick } from './diagnosis-click.ts'
import { sendPicture } from './watch-click.ts'

/** What the bot answers to a click: the verb says what kind of thing it is about. */
export async function answerClick(desk: Desk, { verb, ...click }: Click): Promise<Reply> {
  switch (verb) {
    case 'fix':
    case 'again':
    case 'wake':
    case 'evidence':
      return { kind: 'card', card: await answerDiagnosisClick(desk, { verb, ...click }) }
    case 'picture':
      return { kind: 'card', card: await sendPicture(desk, { verb, ...click }) }
    default:
      return await answerRequestClick(desk, { verb, ...click })
  }
}
