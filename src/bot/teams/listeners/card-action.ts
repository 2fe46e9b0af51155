import type { InvokeResponse } from 'botbuilder'
import { z } from 'zod'
import { say } from '../../chat/card.ts'
import { inTime } from '../in-time.ts'
import { textOf } from '../message.ts'
import { adaptiveCards } from '../render/adaptive-card.ts'
import { clickOf, postedIn } from './click.ts'
import { answerWithinMs, type ListenerContext, type Spoken } from './context.ts'
import { replyPrivately } from './reply-privately.ts'

const valueSchema = z.object({
  trigger: z.unknown().optional(),
  action: z.object({ verb: z.string().max(50).optional(), data: z.unknown() }),
})
const viewSchema = z.object({ kind: z.literal('request'), id: z.string().max(100) })

const notUnderstood = 'I do not know this button any more, so nothing was done. Ask for the same again to get a new message.'

/**
 * A click on a message: decided from the ledger, and answered with a sentence; the message itself is updated by the outbox. A refresh, which clients ask for
 * by themselves, is answered with the message as this person may use it, and never decides anything, whatever it carries.
 */
export async function answerCardAction(shared: ListenerContext, spoken: Spoken): Promise<InvokeResponse> {
  const value = valueSchema.safeParse(spoken.activity.value)
  if (!value.success) return said(notUnderstood)
  const { trigger, action } = value.data
  if (action.verb === 'view' || !isByHand(trigger)) return await view(spoken, action.data)
  const click = clickOf(spoken, { ...Object(action.data), ...(action.verb !== undefined && { verb: action.verb }) })
  if (click === undefined) {
    shared.declined('unknown-button')
    return said(notUnderstood)
  }
  const answering = shared.track(spoken.handlers.click(click))
  const reply = await inTime(answering, answerWithinMs)
  if (reply === undefined) {
    shared.track(
      answering.then(async (late) => {
        await replyPrivately(shared, spoken, late.kind === 'card' ? late.card : say(late.form.instead))
      }),
    )
    return said('This takes a moment. The answer follows here.')
  }
  return said(textOf(reply.kind === 'card' ? reply.card : say(reply.form.instead)))
}

/** Clients say `manual` for a click, and `automatic` for a refresh of their own; older ones say nothing for a click. */
export function isByHand(trigger: unknown): boolean {
  return trigger === undefined || (typeof trigger === 'string' && trigger.toLowerCase() === 'manual')
}

async function view(spoken: Spoken, data: unknown): Promise<InvokeResponse> {
  const record = viewSchema.safeParse(data)
  const { by, handlers } = spoken
  const on = postedIn(spoken)
  const card = record.success && on !== undefined ? await handlers.view(by, record.data, on.place) : undefined
  const [shown] = card === undefined ? [] : adaptiveCards(card)
  if (shown === undefined) return said('There is nothing new to show.')
  return { status: 200, body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: shown } }
}

/** Also a "no" is said with status 200: with any other, Teams shows that something went wrong. */
function said(text: string): InvokeResponse {
  return { status: 200, body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text } }
}
