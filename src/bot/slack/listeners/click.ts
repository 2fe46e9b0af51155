import { setTimeout as sleep } from 'node:timers/promises'
import type { App, BlockAction, ButtonAction, Context } from '@slack/bolt'
import { z } from 'zod'
import { type Card, say, verbs } from '../../chat/card.ts'
import type { Posted } from '../../chat/surface.ts'
import { answerView } from '../render/home.ts'
import { answerPrivately } from './answer-privately.ts'
import { ackWithinMs, type ListenerContext, messageId, parsedJson, slackPlace, speakerOf } from './context.ts'
import { refillForm } from './form.ts'
import { publishHome } from './home.ts'
import { showReply } from './reply.ts'

const verbSchema = z.enum(verbs)
const valueSchema = parsedJson.pipe(z.object({ id: z.string().max(100), digest: z.string().max(100) }))

const notUnderstood = say('I do not know this button any more, so nothing was done. Ask for the same again to get a new message.')

/** Answers clicks on messages and on the Home tab, those of an older version of the bot included, and refills a form after a choice in it. */
export function listenForClicks(app: App, shared: ListenerContext): void {
  app.action<BlockAction<ButtonAction>>({ type: 'block_actions', action_id: /./ }, async ({ ack, body, action, context }) => {
    const atHome = body.view?.type === 'home'
    if (body.view !== undefined && !atHome) {
      await ack()
      return await refillForm(shared, context, { view: body.view, at: momentOf(action) })
    }
    const answering = answer(shared, context, body, action)
    // Acknowledged after the decision: where the process ends before that, Slack tells the person that the click failed.
    await Promise.race([answering, sleep(ackWithinMs, undefined, { ref: false })])
    await ack()
    const card = await answering
    if (card !== undefined) await (atHome ? openAnswer(shared, body, card) : answerPrivately(shared, recipientOf(body), card))
    if (atHome) await publishHome(shared, context, body.user.id)
  })
}

/** When Slack took the choice, in seconds. */
function momentOf({ action_ts }: { readonly action_ts?: string }): number {
  const at = Number(action_ts)
  return at > 0 ? at : Date.now() / 1_000
}

type ButtonClick = BlockAction<ButtonAction>

async function answer(
  shared: ListenerContext,
  context: Context,
  body: ButtonClick,
  action: ButtonAction,
): Promise<Card | undefined> {
  const verb = verbSchema.safeParse(action.action_id.replace(/:\d+$/, ''))
  const value = valueSchema.safeParse(action.value)
  if (!verb.success || !value.success) {
    shared.declined('unknown-button')
    return notUnderstood
  }
  const { id, username, name } = body.user
  const { by, handlers } = await speakerOf(shared, context, { id, name: username ?? name ?? id })
  const on = postedIn(body)
  const reply = await handlers.click({ by, verb: verb.data, ...value.data, ...(on !== undefined && { on }) })
  return await showReply(shared, reply, { trigger: body.trigger_id, channel: body.channel?.id ?? '' })
}

/** The message that was clicked on; undefined for an ephemeral message and for the Home tab. */
function postedIn({ container }: Partial<ButtonClick>): Posted | undefined {
  const { type, channel_id: channel, message_ts: ts, is_ephemeral: isEphemeral } = container ?? {}
  if (type !== 'message' || isEphemeral === true || typeof channel !== 'string' || typeof ts !== 'string') return undefined
  return { place: slackPlace(channel), message: messageId(channel, ts) }
}

function recipientOf({ user, response_url, channel }: ButtonClick) {
  return { user: user.id, responseUrl: response_url, ...(channel !== undefined && { channel: channel.id }) }
}

/** Answers a click on the Home tab in a modal: `response_url` belongs to messages only. */
async function openAnswer(shared: ListenerContext, body: ButtonClick, card: Card): Promise<void> {
  try {
    await shared.client.views.open({ trigger_id: body.trigger_id, view: answerView(card) })
  } catch (error) {
    shared.log.warn({ err: error }, 'an answer was not opened')
    await answerPrivately(shared, { user: body.user.id }, card)
  }
}
