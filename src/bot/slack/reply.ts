import { type Card, command, say, words } from '../card.ts'
import { wholeCommand } from '../command-list.ts'
import { confirmationView } from '../render/slack-confirmation.ts'
import { formView } from '../render/slack-view.ts'
import type { Reply } from '../surface.ts'
import type { ListenerContext } from './listener-context.ts'

/** Opens what has to be opened; what is to be said instead, or besides. A trigger lives three seconds, and works once. */
export async function showReply(
  { client, log, now }: ListenerContext,
  reply: Reply,
  { trigger, channel }: { readonly trigger: string; readonly channel: string },
): Promise<Card | undefined> {
  if (reply.kind === 'card') return reply.card
  const view = reply.kind === 'form' ? formView(reply.form, now()) : confirmationView(reply.confirmation, channel)
  try {
    await client.views.open({ trigger_id: trigger, view })
    return undefined
  } catch (error) {
    log.warn({ err: error }, 'form not opened')
    return reply.kind === 'form'
      ? say(words`I could not open the form. Say it in one command: ${command(wholeCommand(reply.form.kind))}`)
      : say('I could not open the form, so nothing was run. Click again.')
  }
}
