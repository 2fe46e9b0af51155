import { type Card, say } from '../../chat/card.ts'
import type { Reply } from '../../chat/surface.ts'
import { formView } from '../render/form.ts'
import type { ListenerContext } from './context.ts'

/** Opens a form; returns what is to be said instead. A trigger lives three seconds, and works once. */
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
