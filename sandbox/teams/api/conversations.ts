import type { TeamsUser } from '../directory.ts'
import { type JsonObject, objectOf, objectsOf, stringOf } from '../json.ts'
import type { TeamsMessage } from '../store.ts'
import { checkMessage } from '../validate/activity.ts'
import type { Backend } from './backend.ts'
import { ConnectorError } from './connector-error.ts'

/** Conversations of the Bot Connector. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference */

/** A new thread in a channel, or the conversation with one person. */
export function create(backend: Backend, body: JsonObject): JsonObject {
  const { directory } = backend
  const channel = stringOf(objectOf(objectOf(body, 'channelData'), 'channel'), 'id')
  const activity = objectOf(body, 'activity')
  if (channel !== undefined) {
    if (directory.kindOf(channel) !== 'channel')
      throw new ConnectorError(404, 'NotFound', `Conversation ${channel} was not found.`)
    if (activity === undefined) throw new ConnectorError(400, 'BadSyntax', 'A thread begins with a message')
    const message = post(backend, channel, activity)
    return { id: message.conversation, activityId: message.id }
  }
  const [member, ...others] = objectsOf(body, 'members')
  if (member === undefined || others.length > 0) throw new ConnectorError(400, 'BadArgument', 'A conversation is with one person')
  if (stringOf(body, 'tenantId') !== directory.tenant.tenantId)
    throw new ConnectorError(403, 'Forbidden', 'The bot is not permitted in this tenant.')
  const user = directory.user(stringOf(member, 'id') ?? '')
  if (user === undefined) throw new ConnectorError(404, 'NotFound', 'The person was not found.')
  if (directory.tenant.disabled?.has(user.name)) throw new ConnectorError(403, 'MessageWritesBlocked', 'The account is disabled.')
  return { id: directory.personalWith(user) }
}

/** Into a conversation; in a channel without a thread it begins one. `onlyFor`: shown to this person alone. */
export function post(backend: Backend, conversation: string, activity: JsonObject, isTargeted = false): TeamsMessage {
  const { directory, store, limits } = backend
  const kind = reachable(backend, conversation)
  limits.take(directory.conversation(conversation))
  checkMessage(activity)
  const id = store.nextId()
  const inThread = kind === 'channel' && !conversation.includes(';') ? `${conversation};messageid=${id}` : conversation
  const target = isTargeted ? receiverOf(backend, kind, activity) : undefined
  return store.add({ id, conversation: inThread, by: directory.botId, activity, ...(target && { onlyFor: target.objectId }) })
}

export function update(backend: Backend, conversation: string, id: string, activity: JsonObject): TeamsMessage {
  reachable(backend, conversation)
  backend.limits.take(backend.directory.conversation(conversation))
  const message = find(backend, conversation, id)
  checkMessage(activity)
  backend.store.change(message, activity)
  return message
}

export function remove(backend: Backend, conversation: string, id: string): void {
  find(backend, conversation, id).deleted = true
  backend.store.changed()
}

function find({ store, directory }: Backend, conversation: string, id: string): TeamsMessage {
  const message = store.messages.find(
    (each) => each.id === id && each.conversation === conversation && each.by === directory.botId,
  )
  if (message === undefined || message.deleted)
    throw new ConnectorError(404, 'ActivityNotFoundInConversation', `Activity ${id} was not found.`)
  return message
}

function reachable({ directory }: Backend, conversation: string) {
  const kind = directory.kindOf(conversation)
  if (kind === undefined) throw new ConnectorError(404, 'ConversationNotFound', 'Conversation not found.')
  if (!directory.isAdded(conversation))
    throw new ConnectorError(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.')
  const [user] = kind === 'personal' ? directory.membersOf(conversation) : []
  if (user !== undefined && directory.tenant.disabled?.has(user.name))
    throw new ConnectorError(403, 'MessageWritesBlocked', 'Thread is blocked from message writes.')
  return kind
}

function receiverOf({ directory }: Backend, kind: string, activity: JsonObject): TeamsUser {
  const recipient = objectOf(activity, 'recipient')
  const user = directory.user(stringOf(recipient, 'id') ?? '')
  if (kind === 'personal') throw new ConnectorError(400, 'BadArgument', 'Targeted messages are for channels and group chats')
  if (user === undefined || recipient?.isTargeted !== true)
    throw new ConnectorError(400, 'BadArgument', 'A targeted message names its recipient')
  return user
}

export function member(backend: Backend, conversation: string, id: string): JsonObject {
  reachable(backend, conversation)
  const user = backend.directory.membersOf(conversation).find((each) => [each.id, each.objectId].includes(id))
  if (user === undefined) throw new ConnectorError(404, 'MemberNotFoundInConversation', 'Member not found.')
  return shown(backend, user)
}

/** Pages of as many as were asked for. */
export function members(backend: Backend, conversation: string, query: URLSearchParams): JsonObject {
  reachable(backend, conversation)
  const size = Math.min(500, Math.max(50, Number(query.get('pageSize') ?? 200)))
  const from = Number(query.get('continuationToken') || 0)
  const all = backend.directory.membersOf(conversation)
  const page = all.slice(from, from + size)
  return {
    members: page.map((user) => shown(backend, user)),
    ...(from + size < all.length && { continuationToken: String(from + size) }),
  }
}

function shown({ directory }: Backend, { id, name, objectId, email, isGuest }: TeamsUser): JsonObject {
  const userPrincipalName = isGuest ? `${name}_other.example#EXT#@acme.example` : email
  return {
    id,
    name,
    aadObjectId: objectId,
    objectId,
    email,
    userPrincipalName,
    tenantId: directory.tenant.tenantId,
    userRole: isGuest ? 'guest' : 'user',
  }
}
