import { z } from 'zod'
import { verbs } from '../../chat/card.ts'
import type { Click, Posted } from '../../chat/surface.ts'
import type { TeamsActivity } from '../activity.ts'
import { messageId, type Spoken, teamsPlace } from './context.ts'

/** What we wrote into a card, and anybody may have forged. */
const buttonSchema = z.object({
  verb: z.string().max(50),
  id: z.string().max(100),
  digest: z.string().max(100),
  private: z.literal(true).optional(),
})

/** What somebody clicked, by the data of the button; nothing where it is no button of ours. */
export function clickOf(spoken: Spoken, data: unknown): Click | undefined {
  const button = buttonSchema.safeParse(data)
  const verb = verbs.find((known) => button.success && known === button.data.verb)
  if (!button.success || verb === undefined) return undefined
  const { id, digest, private: isPrivate } = button.data
  const on = isPrivate === true ? undefined : postedIn(spoken)
  return { by: spoken.by, verb, id, digest, ...(on !== undefined && { on }) }
}

/** The request whose button an activity names; anybody may have written it. */
export function requestNamedIn({ type, value }: TeamsActivity): string | undefined {
  if (type !== 'invoke') return undefined
  const action = Reflect.get(Object(value), 'action')
  const id = Reflect.get(Object(Reflect.get(Object(action), 'data')), 'id')
  return typeof id === 'string' && /^PL-\d{1,15}$/.test(id) ? id : undefined
}

/** Where the message stands that a click or a refresh came from: a message that begins a thread belongs to the channel, any other to the thread. */
export function postedIn({ activity: { replyToId }, where: { conversation } }: Spoken): Posted | undefined {
  if (replyToId === undefined) return undefined
  const [channel = conversation, thread] = conversation.split(';messageid=')
  const place = teamsPlace(thread === replyToId ? channel : conversation)
  return { place, message: messageId({ conversation, activity: replyToId }) }
}
