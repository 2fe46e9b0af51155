import type { App } from '@slack/bolt'
import { say } from '../../chat/card.ts'
import { formKinds } from '../../chat/form.ts'
import { answerView } from '../render/home.ts'
import type { ListenerContext } from './context.ts'

const known = formKinds.join('|')

const notUnderstood = say('I do not know this form any more, so nothing was done. Give the command again, or click again.')

/** Answers a form that an older version of the bot has opened: Slack would only say, after three seconds, that it had trouble. */
export function listenForUnknownForms(app: App, { declined }: Pick<ListenerContext, 'declined'>): void {
  app.view(new RegExp(`^(?!(?:${known})$)`), async ({ ack }) => {
    declined('unknown-form')
    await ack({ response_action: 'update', view: answerView(notUnderstood) })
  })
}
