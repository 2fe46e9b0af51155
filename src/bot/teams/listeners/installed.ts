import type { TeamsActivity } from '../activity.ts'
import { conversationKey } from '../rates.ts'
import { type ListenerContext, type Spoken, speakerIn, teamsPlace } from './context.ts'
import { replyPrivately } from './reply-privately.ts'

/** Remembers where a conversation is served, and how its person is known: a service URL may change, and a new installation changes ids. */
export async function learn({ references, log }: ListenerContext, activity: TeamsActivity): Promise<void> {
  const { conversation, serviceUrl } = activity
  if (conversation === undefined || serviceUrl === undefined) return
  try {
    await references.learnServiceUrl(conversationKey(conversation.id), serviceUrl)
    const said = speakerIn(activity)
    if (said === undefined) return
    const { id, name, objectId } = said.speaker
    await references.learnPerson(objectId, { id, name, ...(said.isPersonal && { conversation: conversation.id }) })
  } catch (error) {
    log.warn({ err: error }, 'a conversation is not remembered')
  }
}

/** Whether the bot was added to a team or chat. */
export function isAddition({ type, action, membersAdded, recipient }: TeamsActivity): boolean {
  if (type === 'installationUpdate') return action?.startsWith('add') === true
  return type === 'conversationUpdate' && membersAdded?.some(({ id }) => id === recipient?.id) === true
}

/** Somebody who adds the app for themselves is told what it understands. Anything else that happens in a conversation needs no answer. */
export async function welcome(shared: ListenerContext, spoken: Spoken): Promise<void> {
  const { activity, by, where, isPersonal, handlers } = spoken
  if (!isPersonal || activity.type !== 'installationUpdate' || !isAddition(activity)) return
  const reply = await handlers.command({ by, place: teamsPlace(where.conversation), text: 'help' })
  if (reply.kind === 'card') await replyPrivately(shared, spoken, reply.card)
}
