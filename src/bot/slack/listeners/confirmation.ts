import type { App } from '@slack/bolt'
import { z } from 'zod'
import { confirmationCallback } from '../render/confirmation.ts'
import { heard, type ListenerContext, parsedJson } from './context.ts'
import { answerForm } from './sent-form.ts'

const metadataSchema = parsedJson.pipe(
  z.object({ id: z.string().max(100), digest: z.string().max(100), channel: z.string().max(100) }),
)

const notUnderstood = 'I do not know this form any more, so nothing was done. Close it, and click again on the message.'

/** What was confirmed is judged anew: the form says only which request and which plan it was opened for. */
export function listenForConfirmations(app: App, shared: ListenerContext): void {
  app.view(confirmationCallback, async ({ ack, body, view, context }) => {
    const refuse = (problem: string) => ack({ response_action: 'errors', errors: { reason: problem } })
    const metadata = metadataSchema.safeParse(view.private_metadata)
    if (!metadata.success) {
      shared.declined('unknown-form')
      return await refuse(notUnderstood)
    }
    const { id, digest, channel } = metadata.data
    const reason = view.state.values.reason?.reason?.value ?? ''
    const answering = heard(shared, context, body.user).then(({ by, handlers }) => handlers.confirm(by, { id, digest, reason }))
    await answerForm(shared, {
      listener: { user: body.user.id, ...(channel !== '' && { channel }) },
      answering,
      close: () => ack(),
      showProblems: ({ problems }) => refuse(Object.values(problems)[0] ?? 'That did not work. Try again in a minute.'),
    })
  })
}
