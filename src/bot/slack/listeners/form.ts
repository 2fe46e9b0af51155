import type { App, BlockAction, ViewOutput } from '@slack/bolt'
import { z } from 'zod'
import { type Field, type FilledForm, type FormProblems, formKinds } from '../../chat/surface.ts'
import { formView } from '../render/form.ts'
import { handlersFor, heard, type ListenerContext, slackPlace } from './context.ts'
import { answerForm } from './sent-form.ts'

const fields: readonly Field[] = ['organization', 'service', 'network', 'reason', 'every']
const kindSchema = z.enum(formKinds)
const callback = new RegExp(`^(?:${formKinds.join('|')})$`)

/** The form that asks for what a command left out: filled anew when the organization changes, and judged when it is sent. */
export function listenForForms(app: App, shared: ListenerContext): void {
  app.action<BlockAction>({ type: 'block_actions', action_id: 'organization' }, async ({ ack, body, context }) => {
    await ack()
    const { view } = body
    if (view === undefined) return
    const form = await handlersFor(shared, context).refill(slackPlace(view.private_metadata), filledIn(view))
    if (form === undefined) return
    try {
      await shared.client.views.update({ view_id: view.id, hash: view.hash, view: formView(form, shared.now()) })
    } catch (error) {
      shared.log.warn({ err: error }, 'form not refilled')
    }
  })

  app.view(callback, async ({ ack, body, view, context }) => {
    const place = slackPlace(view.private_metadata)
    const answering = heard(shared, context, body.user).then(({ by, handlers }) => handlers.submit(by, place, filledIn(view)))
    await answerForm(shared, {
      listener: { user: body.user.id, channel: place.id },
      answering,
      close: () => ack(),
      showProblems: (answer) => ack({ response_action: 'errors', errors: byBlock(answer, view) }),
    })
  })
}

function filledIn({ callback_id, state }: Pick<ViewOutput, 'callback_id' | 'state'>): FilledForm {
  const entries = fields.flatMap((field) => {
    const element = Object.values(state.values).find((block) => block[field] !== undefined)?.[field]
    const value = element?.selected_option?.value ?? element?.value
    return value === undefined || value === null ? [] : [[field, value]]
  })
  return { kind: kindSchema.parse(callback_id), ...Object.fromEntries(entries) }
}

/** Slack shows a problem at the block that it names; a field that the form does not have yet is the organization's matter. */
function byBlock({ problems }: FormProblems, { state }: Pick<ViewOutput, 'state'>): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const problem = problems[field]
      const block = Object.entries(state.values).find(([, elements]) => elements[field] !== undefined)?.[0] ?? 'organization'
      return problem === undefined ? [] : [[block, problem]]
    }),
  )
}
