import { setTimeout as sleep } from 'node:timers/promises'
import type { App, BlockAction, ButtonAction } from '@slack/bolt'
import { z } from 'zod'
import { type Card, say, verbs } from '../card.ts'
import { handlersFor, type ListenerContext } from './listener-context.ts'
import { showReply } from './reply.ts'
import { whisper } from './whisper.ts'

/** Slack gives up after three seconds, and says so. */
const ackWithinMs = 2_000

const verbSchema = z.enum(verbs)
const valueSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' })
      return z.NEVER
    }
  })
  .pipe(z.object({ id: z.string().max(100), digest: z.string().max(100) }))

const notUnderstood = say('I do not know this button any more, so nothing was done. Ask for the same again to get a new message.')

/** Answers every click on a message, also on one that an older version of the bot made. */
export function listenForClicks(app: App, shared: ListenerContext): void {
  app.action<BlockAction<ButtonAction>>(
    { type: 'block_actions', action_id: /^(?!organization$)/ },
    async ({ ack, body, action, context }) => {
      if (body.container.type !== 'message') return await ack()
      const verb = verbSchema.safeParse(action.action_id)
      const value = valueSchema.safeParse(action.value)
      const answer = async (): Promise<Card | undefined> => {
        if (!verb.success || !value.success) return notUnderstood
        const by = await shared.identify(body.user.id, body.user.username ?? body.user.name ?? body.user.id)
        const reply = await handlersFor(shared, context).click({ by, verb: verb.data, ...value.data })
        return await showReply(shared, reply, { trigger: body.trigger_id, channel: body.channel?.id ?? '' })
      }
      const answering = answer()
      // Decided first: a bot that dies before this leaves Slack to tell the person that the click did not arrive.
      await Promise.race([answering, sleep(ackWithinMs, undefined, { ref: false })])
      await ack()
      const listener = {
        user: body.user.id,
        responseUrl: body.response_url,
        ...(body.channel !== undefined && { channel: body.channel.id }),
      }
      const card = await shared.track(answering)
      if (card !== undefined) await shared.track(whisper(shared.client, shared.log, listener, card))
    },
  )
}
