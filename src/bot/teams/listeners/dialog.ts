import type { InvokeResponse } from 'botbuilder'
import { z } from 'zod'
import { say } from '../../chat/card.ts'
import { type FilledForm, formKinds } from '../../chat/form.ts'
import type { Reply } from '../../chat/surface.ts'
import { inTime } from '../in-time.ts'
import { textOf } from '../message.ts'
import { adaptiveCards } from '../render/adaptive-card.ts'
import { type Dialog, dialog, formDialog } from '../render/form.ts'
import { clickOf } from './click.ts'
import { answerWithinMs, type ListenerContext, type Spoken, teamsPlace } from './context.ts'
import { replyPrivately } from './reply-privately.ts'

const shortText = z.string().max(200)
const hiddenSchema = z.object({
  form: z.enum(formKinds),
  carried: z.record(shortText, shortText),
  place: z.string().max(500),
  does: z.enum(['open', 'refill', 'submit']).optional(),
  values: z.record(shortText, z.string().max(4_000)).optional(),
})
const valueSchema = z.object({ data: z.unknown(), context: z.unknown() })

const unknownForm =
  'I do not know this form any more, so nothing was done. Give the command again, or click again on the message.'
const late = 'This takes a moment. The answer follows in the conversation.'

/** `task/fetch`: a button that opens a dialog, for a form or for an answer that is long. */
export async function openDialog(shared: ListenerContext, spoken: Spoken): Promise<InvokeResponse> {
  const data = dataOf(spoken)
  const hidden = hiddenSchema.safeParse(data)
  if (hidden.success) return await showForm(shared, spoken, filledBy(hidden.data, data), hidden.data.place)
  const click = clickOf(spoken, data)
  if (click === undefined) {
    shared.declined('unknown-button')
    return told(unknownForm)
  }
  const { where, handlers } = spoken
  const answering = shared.track(handlers.click(click))
  const reply = await inTime(answering, answerWithinMs)
  if (reply !== undefined) return continued(dialogOf(reply, where.conversation))
  shared.track(answering.then((card) => replyPrivately(shared, spoken, asCard(card))))
  return told(late)
}

/** `task/submit`: a filled form. What is wrong is shown in it; what is not known in time follows in the conversation. */
export async function submitDialog(shared: ListenerContext, spoken: Spoken): Promise<InvokeResponse> {
  const data = dataOf(spoken)
  const hidden = hiddenSchema.safeParse(data)
  if (!hidden.success) {
    shared.declined('unknown-form')
    return told(unknownForm)
  }
  const { place, does } = hidden.data
  const filled = filledBy(hidden.data, data)
  if (does === 'refill') return await showForm(shared, spoken, filled, place)
  const { by, handlers } = spoken
  const answering = shared.track(handlers.submit(by, teamsPlace(place), filled))
  const answer = await inTime(answering, answerWithinMs)
  if (answer === undefined) {
    shared.track(
      answering.then(async (card) => {
        await replyPrivately(shared, spoken, 'problems' in card ? say(Object.values(card.problems).join(' ')) : card)
      }),
    )
    return told(late)
  }
  if (!('problems' in answer)) return told(textOf(answer))
  const form = await handlers.refill(filled)
  if (form === undefined) return told(Object.values(answer.problems).join(' '))
  return continued(formDialog(form, place, answer.problems))
}

/** With what was said or chosen already. */
async function showForm(
  { declined }: ListenerContext,
  { handlers }: Spoken,
  filled: FilledForm,
  place: string,
): Promise<InvokeResponse> {
  const form = await handlers.refill(filled)
  if (form !== undefined) return continued(formDialog(form, place))
  declined('unknown-form')
  return told(unknownForm)
}

function dataOf({ activity }: Spoken): unknown {
  const value = valueSchema.safeParse(activity.value)
  return value.success ? value.data.data : undefined
}

/** Inputs come beside the hidden part, by the names of their fields. */
function filledBy({ form, carried, values }: z.infer<typeof hiddenSchema>, data: unknown): FilledForm {
  const hidden = new Set(['form', 'carried', 'place', 'does', 'values', 'msteams'])
  const inputs = Object.entries(Object(data)).flatMap(([name, value]) =>
    !hidden.has(name) && typeof value === 'string' && value !== '' ? [[name, value]] : [],
  )
  return { kind: form, carried, values: { ...values, ...Object.fromEntries(inputs) } }
}

function asCard(reply: Reply) {
  return reply.kind === 'card' ? reply.card : say(reply.form.instead)
}

function dialogOf(reply: Reply, place: string): Dialog {
  if (reply.kind === 'form') return formDialog(reply.form, place)
  const { summary, parts } = reply.card
  const [shown] = adaptiveCards({ summary, parts })
  return dialog(summary, shown?.body ?? [], [], shown?.msteams)
}

function continued(value: Dialog): InvokeResponse {
  return { status: 200, body: { task: { type: 'continue', value } } }
}

function told(value: string): InvokeResponse {
  return { status: 200, body: { task: { type: 'message', value } } }
}
