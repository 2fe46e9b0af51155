import type { App, BlockAction, Context, ViewOutput } from '@slack/bolt'
import { z } from 'zod'
import { type FilledForm, type FormProblems, formKinds } from '../../chat/form.ts'
import { formView, listIn, optionsOf } from '../render/form.ts'
import { handlersFor, type ListenerContext, parsedJson, slackPlace, speakerOf } from './context.ts'
import { answerForm } from './sent-form.ts'

const kindSchema = z.enum(formKinds)
const callback = new RegExp(`^(?:${formKinds.join('|')})$`)

const shortText = z.string().max(200)
const suggestionSchema = z.object({
  view: z.object({ callback_id: z.enum(formKinds) }),
  action_id: shortText,
  block_id: shortText,
  value: z.string().max(1_000),
  user: z.looseObject({ id: shortText }),
})
const metadataSchema = parsedJson.pipe(z.object({ channel: shortText, carried: z.record(shortText, shortText) }))

/** Answers forms that people send. */
export function listenForForms(app: App, shared: ListenerContext): void {
  app.view(callback, async ({ ack, body, view, context }) => {
    const { channel, filled } = filledIn(view)
    const place = slackPlace(channel === '' ? body.user.id : channel)
    const answering = speakerOf(shared, context, body.user).then(({ by, handlers }) => handlers.submit(by, place, filled))
    await answerForm(shared, {
      recipient: { user: body.user.id, ...(channel !== '' && { channel }) },
      answering,
      close: () => ack(),
      showProblems: (answer) => ack({ response_action: 'errors', errors: byBlock(answer, view) }),
    })
  })
}

/** Answers what people type into a list that is searched. https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload */
export function listenForSearches(app: App, shared: ListenerContext): void {
  app.options(/.*/, async ({ ack, body, context }) => {
    const suggestion = suggestionSchema.safeParse(body)
    if (!suggestion.success) return await ack({ options: [] })
    const { view, action_id: field, block_id: blockId, value, user } = suggestion.data
    const list = listIn(blockId)
    const { handlers } = await speakerOf(shared, context, user)
    const found = await handlers.choices({ kind: view.callback_id, field, text: value, ...(list !== undefined && { list }) })
    await ack({ options: optionsOf(found) })
  })
}

/**
 * Updates an open form after a choice in a list on which other lists depend. `at` is when Slack took the choice: the last of several wins, however fast they
 * follow each other, and whichever bot process each reaches.
 */
export async function refillForm(
  shared: ListenerContext,
  context: Context,
  { view, at }: { readonly view: NonNullable<BlockAction['view']>; readonly at: number },
): Promise<void> {
  const { channel, filled } = filledIn(view)
  const { choices, client } = shared
  try {
    await choices.note(view.id, at)
    const form = await handlersFor(shared, context).refill(filled)
    if (form === undefined) return
    // Without the view's hash, by which Slack would refuse a later choice that was made before an earlier one was shown.
    await choices.show(view.id, at, async () => {
      await client.views.update({ view_id: view.id, view: formView(form, channel) })
    })
  } catch (error) {
    shared.log.warn({ err: error }, 'form not refilled')
  }
}

/** A hidden part that is not JSON is the channel alone, as versions before carried values wrote it. */
function filledIn({ callback_id, private_metadata, state }: Pick<ViewOutput, 'callback_id' | 'private_metadata' | 'state'>): {
  readonly channel: string
  readonly filled: FilledForm
} {
  const metadata = metadataSchema.safeParse(private_metadata)
  const { channel, carried } = metadata.success ? metadata.data : { channel: private_metadata, carried: {} }
  const values = Object.values(state.values).flatMap((block) =>
    Object.entries(block).flatMap(([name, element]) => {
      const value = element.selected_option?.value ?? element.value
      return value === undefined || value === null ? [] : [[name, value]]
    }),
  )
  return { channel, filled: { kind: kindSchema.parse(callback_id), carried, values: Object.fromEntries(values) } }
}

/** Problems by block, as Slack wants them. A problem of the whole form, or of a field that it does not show, stands at the first field. */
function byBlock({ problems }: FormProblems, { state }: Pick<ViewOutput, 'state'>): Record<string, string> {
  const blocks = Object.entries(state.values)
  const [first] = blocks.map(([block]) => block)
  return Object.fromEntries(
    Object.entries(problems).map(([field, problem]) => {
      const block = blocks.find(([, elements]) => elements[field] !== undefined)?.[0]
      return [block ?? first ?? field, problem]
    }),
  )
}
