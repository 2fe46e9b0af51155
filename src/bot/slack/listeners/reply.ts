import { type Card, command, say, words } from '../../chat/card.ts'
import type { Reply } from '../../chat/surface.ts'
import { wholeCommand } from '../../command/command-list.ts'
import { confirmationView } from '../render/confirmation.ts'
import { formView } from '../render/form.ts'
import type { ListenerContext } from './context.ts'

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
