import { type Card, say } from '../../chat/card.ts'
import type { Form } from '../../chat/form.ts'
import type { Reply } from '../../chat/surface.ts'
import { commandText } from '../activity.ts'
import { messageOf } from '../message.ts'
import { formOpener } from '../render/form-opener.ts'
import { clickOf } from './click.ts'
import { type ListenerContext, type Spoken, teamsPlace } from './context.ts'
import { replyPrivately } from './reply-privately.ts'

const notUnderstood = say('I do not know this button any more, so nothing was done. Ask for the same again to get a new message.')

/** A command, or a click of a client that sends a message with the button's data. */
export async function answerMessage(shared: ListenerContext, spoken: Spoken): Promise<void> {
  const { activity, where, by, handlers } = spoken
  const reply =
    activity.value === undefined || activity.value === null
      ? await handlers.command({ by, place: teamsPlace(where.conversation), text: commandText(activity) })
      : await clicked(shared, spoken)
  if (reply.kind === 'card') return await replyPrivately(shared, spoken, reply.card)
  await openLater(shared, spoken, reply.form)
}

async function clicked({ declined }: ListenerContext, spoken: Spoken): Promise<Reply> {
  const click = clickOf(spoken, spoken.activity.value)
  if (click !== undefined) return await spoken.handlers.click(click)
  declined('unknown-button')
  return { kind: 'card', card: notUnderstood }
}

/** Only a click can open a dialog, so that the answer to a command is a button which does. */
async function openLater(shared: ListenerContext, { speaker, where, isPersonal, by }: Spoken, form: Form): Promise<void> {
  const opener = formOpener(form, where.conversation)
  const shown: Card = { summary: form.title, parts: [{ kind: 'text', text: form.instead }] }
  try {
    const message = messageOf({ ...shown, summary: form.title }, opener)
    await (isPersonal ? shared.connector.send(where, message) : shared.connector.sendPrivately(where, speaker, message))
  } catch (error) {
    shared.log.warn({ err: error }, 'a form is not offered')
    await replyPrivately(shared, { speaker, where, isPersonal, by }, shown)
  }
}
