import { type Card, say } from '../../chat/card.ts'
import type { Reply } from '../../chat/surface.ts'
import { formView } from '../render/form.ts'
import type { ListenerContext } from './context.ts'

/**
 * Opens the form of a reply. Returns the card to show: that of the reply, or `instead` where Slack refuses the form. A trigger id works once, for
 * three seconds.
 */
export async function showReply(
  { client, log }: ListenerContext,
  reply: Reply,
  { trigger, channel }: { readonly trigger: string; readonly channel: string },
): Promise<Card | undefined> {
  if (reply.kind === 'card') return reply.card
  try {
    await client.views.open({ trigger_id: trigger, view: formView(reply.form, channel) })
    return undefined
  } catch (error) {
    log.warn({ err: error }, 'form not opened')
    return say(reply.form.instead)
  }
}
