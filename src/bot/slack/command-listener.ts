import { setTimeout as sleep } from 'node:timers/promises'
import type { App, SlashCommand } from '@slack/bolt'
import { type Card, command, say, words } from '../card.ts'
import { slackMessage } from '../render/slack-blocks.ts'
import { setupView } from '../render/slack-view.ts'
import type { Handlers } from '../surface.ts'
import { handlersFor, type ListenerContext, slackPlace } from './listener-context.ts'
import { whisper } from './whisper.ts'

/** What is ready by then travels in the acknowledgement; what is not, afterwards. In milliseconds. */
const ackWithinMs = 250

/** Answers the slash command, by whatever name the app was given. */
export function listenForCommands(app: App, shared: ListenerContext): void {
  app.command(/^\//, async ({ command: said, ack, context }) => {
    const answer = shared.track(answerOf(shared, handlersFor(shared, context), said))
    const early = await Promise.race([answer, sleep(ackWithinMs, 'late' as const, { ref: false })])
    if (early !== 'late') {
      await ack(early === undefined ? undefined : { response_type: 'ephemeral', ...slackMessage(early) })
      return
    }
    await ack()
    const late = await answer
    const listener = { user: said.user_id, channel: said.channel_id, responseUrl: said.response_url }
    if (late !== undefined) await shared.track(whisper(shared.client, shared.log, listener, late))
  })
}

/** Nothing when a form answers. */
async function answerOf(shared: ListenerContext, handlers: Handlers, said: SlashCommand): Promise<Card | undefined> {
  const reply = await handlers.command({
    by: shared.identify(said.user_id, said.user_name),
    place: slackPlace(said.channel_id),
    text: unescaped(said.text ?? ''),
  })
  if (reply.kind === 'card') return reply.card
  try {
    await shared.client.views.open({ trigger_id: said.trigger_id, view: setupView(reply.form, shared.now()) })
    return undefined
  } catch (error) {
    shared.log.warn({ err: error }, 'form not opened')
    return say(words`I could not open the form. Say it in one command: ${command('setup SERVICE in NETWORK because REASON')}`)
  }
}

/** Slack escapes these three in what people type. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
