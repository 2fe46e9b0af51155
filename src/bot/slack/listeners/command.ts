import { setTimeout as sleep } from 'node:timers/promises'
import type { App, Context, SlashCommand } from '@slack/bolt'
import type { Card } from '../../chat/card.ts'
import { slackMessage } from '../render/blocks.ts'
import { answerPrivately } from './answer-privately.ts'
import { type ListenerContext, slackPlace, speakerOf } from './context.ts'
import { showReply } from './reply.ts'

/** An answer that is ready within this time is part of the acknowledgement; a later one follows it. In milliseconds. */
const ackWithinMs = 250

/** Answers slash commands of any name: the app's manifest chooses it. */
export function listenForCommands(app: App, shared: ListenerContext): void {
  app.command(/^\//, async ({ command: said, ack, context }) => {
    const answer = answerOf(shared, context, said)
    const early = await Promise.race([answer, sleep(ackWithinMs, 'late' as const, { ref: false })])
    if (early !== 'late') {
      await ack(early === undefined ? undefined : { response_type: 'ephemeral', ...slackMessage(early) })
      return
    }
    await ack()
    const late = await answer
    const recipient = { user: said.user_id, channel: said.channel_id, responseUrl: said.response_url }
    if (late !== undefined) await answerPrivately(shared, recipient, late)
  })
}

/** Undefined when the answer is a form that has been opened. */
async function answerOf(shared: ListenerContext, context: Context, said: SlashCommand): Promise<Card | undefined> {
  const { by, handlers } = await speakerOf(shared, context, { id: said.user_id, name: said.user_name })
  const reply = await handlers.command({
    by,
    place: slackPlace(said.channel_id),
    text: unescaped(said.text ?? ''),
  })
  const { trigger_id, channel_id } = said
  return await showReply(shared, reply, { trigger: trigger_id, channel: channel_id })
}

/** Undoes Slack's escaping of the text that people type: https://docs.slack.dev/interactivity/implementing-slash-commands */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
