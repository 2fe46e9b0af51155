import type { App } from '@slack/bolt'
import { z } from 'zod'
import { confirmationCallback } from '../render/slack-confirmation.ts'
import { heard, type ListenerContext } from './listener-context.ts'
import { whisper } from './whisper.ts'

const metadataSchema = z.object({ id: z.string().max(100), digest: z.string().max(100), channel: z.string().max(100) })

/** What was confirmed is judged anew: the form says only which request and which plan it was opened for. */
export function listenForConfirmations(app: App, shared: ListenerContext): void {
  app.view(confirmationCallback, async ({ ack, body, view, context }) => {
    const { id, digest, channel } = metadataSchema.parse(JSON.parse(view.private_metadata))
    const reason = view.state.values.reason?.reason?.value ?? ''
    const { by, handlers } = await heard(shared, context, body.user)
    const answer = await shared.track(handlers.confirm(by, { id, digest, reason }))
    if ('problems' in answer) {
      const [problem = 'That did not work. Try again in a minute.'] = Object.values(answer.problems)
      await ack({ response_action: 'errors', errors: { reason: problem } })
      return
    }
    await ack()
    await shared.track(whisper(shared.client, shared.log, { user: body.user.id, ...(channel !== '' && { channel }) }, answer))
  })
}
