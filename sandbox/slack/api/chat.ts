import { readContent } from '../content.ts'
import type { Channel } from '../directory.ts'
import type { JsonObject } from '../json.ts'
import type { SlackMessage } from '../store.ts'
import { ApiError } from './api-error.ts'
import type { Backend, Method } from './method.ts'
import { limit, required } from './method.ts'

const longestPosted = 40_000
const longestUpdated = 4_000

/** A user's id stands for the direct message with that user, when posting. */
export const postMessage: Method = (backend, args) => {
  const { directory, store } = backend
  const to = required(args, 'channel')
  const channel = writable(directory.channel(to) ?? directory.directMessage(to))
  const thread = typeof args.thread_ts === 'string' ? args.thread_ts : undefined
  if (thread !== undefined && !store.message(channel.id, thread)) throw new ApiError('thread_not_found')
  const content = readContent(args, longestPosted)
  limit(backend, 'chat.postMessage', channel.id)
  const message = store.post({ channel: channel.id, user: directory.workspace.botUserId, thread }, content)
  return { channel: channel.id, ts: message.ts, message: wireMessage(backend, message) }
}

/** With text alone, the blocks go; ephemeral messages do not exist for this method. */
export const update: Method = (backend, args) => {
  const message = ownMessage(backend, args, 'cant_update_message')
  const content = readContent(args, longestUpdated)
  limit(backend, 'chat.update')
  backend.store.edit(message, content)
  return { channel: message.channel, ts: message.ts, text: message.text, message: wireMessage(backend, message) }
}

export const remove: Method = (backend, args) => {
  const message = ownMessage(backend, args, 'cant_delete_message')
  limit(backend, 'chat.delete')
  backend.store.remove(message)
  return { channel: message.channel, ts: message.ts }
}

export const postEphemeral: Method = (backend, args) => {
  const { directory, store } = backend
  const channel = writable(directory.channel(required(args, 'channel')))
  const user = directory.users.find(({ id }) => id === required(args, 'user'))
  if (!user || (channel.person !== undefined && channel.person !== user.id)) throw new ApiError('user_not_in_channel')
  const content = readContent(args, longestPosted)
  limit(backend, 'chat.postEphemeral')
  const { ts } = store.whisper({ channel: channel.id, user: user.id, via: 'chat.postEphemeral' }, content)
  return { message_ts: ts }
}

export const getPermalink: Method = ({ directory, store }, args) => {
  const channel = directory.channel(required(args, 'channel'))
  if (!channel) throw new ApiError('channel_not_found')
  const message = store.message(channel.id, required(args, 'message_ts'))
  if (!message) throw new ApiError('message_not_found')
  return { channel: channel.id, permalink: `https://acme.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}` }
}

/** A message as it travels, in answers and in payloads. */
export function wireMessage({ directory }: Pick<Backend, 'directory'>, message: SlackMessage): JsonObject {
  const { appId, botUserId, teamId } = directory.workspace
  const byBot = message.user === botUserId
  return {
    type: 'message',
    user: message.user,
    ...(byBot && { bot_id: 'B0PRIVATELINK', app_id: appId }),
    team: teamId,
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    ...(message.thread !== undefined && { thread_ts: message.thread }),
    ...(message.history.length > 1 && { edited: { user: message.user, ts: message.ts } }),
  }
}

function writable(channel: Channel | undefined): Channel {
  if (!channel) throw new ApiError('channel_not_found')
  if (!channel.isMember) throw new ApiError('not_in_channel')
  return channel
}

function ownMessage({ directory, store }: Backend, args: JsonObject, otherwise: string): SlackMessage {
  const channel = directory.channel(required(args, 'channel'))
  if (!channel) throw new ApiError('channel_not_found')
  const message = store.message(channel.id, required(args, 'ts'))
  if (!message) throw new ApiError('message_not_found')
  if (message.user !== directory.workspace.botUserId) throw new ApiError(otherwise)
  return message
}
