import type { App } from '@slack/bolt'
import { say } from '../../chat/card.ts'
import { formKinds } from '../../chat/form.ts'
import { answerView } from '../render/home.ts'
import type { ListenerContext } from './context.ts'

const known = formKinds.join('|')

const notUnderstood = say('I do not know this form any more, so nothing was done. Give the command again, or click again.')

/**
 * Answers forms whose kind this version does not know, such as those of an older version. Without an answer Slack shows an error after three seconds.
 */
export function listenForUnknownForms(app: App, { declined }: Pick<ListenerContext, 'declined'>): void {
  app.view(new RegExp(`^(?!(?:${known})$)`), async ({ ack }) => {
    declined('unknown-form')
    await ack({ response_action: 'update', view: answerView(notUnderstood) })
  })
}
