import type { Channel, User, Workspace } from '../directory.ts'
import type { JsonObject } from '../json.ts'
import { ApiError } from './api-error.ts'
import type { Method } from './method.ts'
import { limit, required } from './method.ts'

/** Who is who, and which channel is which. */

const botId = 'B0PRIVATELINK'

export const authTest: Method = ({ directory, origin }) => {
  const { teamId, botUserId } = directory.workspace
  return {
    url: `${origin()}/`,
    team: 'Acme',
    user: 'privatelink',
    team_id: teamId,
    user_id: botUserId,
    bot_id: botId,
    is_enterprise_install: false,
  }
}

/** What ties a bot to its app: `auth.test` does not say. Source: https://docs.slack.dev/reference/methods/bots.info */
export const botsInfo: Method = (backend, args) => {
  limit(backend, 'bots.info')
  if (required(args, 'bot') !== botId) throw new ApiError('bot_not_found')
  const { appId, botUserId } = backend.directory.workspace
  return { bot: { id: botId, deleted: false, name: 'privatelink', updated: 1_700_000_000, app_id: appId, user_id: botUserId } }
}

/** A url for one web socket. Source: https://docs.slack.dev/reference/methods/apps.connections.open */
export const connectionsOpen: Method = (backend) => {
  limit(backend, 'apps.connections.open')
  return { url: `${backend.origin().replace('http', 'ws')}${backend.connections.open()}` }
}

export const usersInfo: Method = (backend, args) => {
  limit(backend, 'users.info')
  const id = required(args, 'user')
  const user = backend.directory.users.find((candidate) => candidate.id === id)
  if (!user) throw new ApiError('user_not_found')
  return { user: wireUser(backend.directory.workspace, user) }
}

export const lookupByEmail: Method = (backend, args) => {
  limit(backend, 'users.lookupByEmail')
  const email = required(args, 'email').toLowerCase()
  const user = backend.directory.users.find((candidate) => candidate.email === email)
  if (!user) throw new ApiError('users_not_found')
  return { user: wireUser(backend.directory.workspace, user) }
}

export const groupMembers: Method = (backend, args) => {
  limit(backend, 'usergroups.users.list')
  const users = backend.directory.workspace.groups?.[required(args, 'usergroup')]
  if (!users) throw new ApiError('no_such_subteam')
  return { users }
}

/** One person only: group conversations are not modelled. */
export const conversationsOpen: Method = (backend, args) => {
  limit(backend, 'conversations.open')
  const channel = backend.directory.directMessage(required(args, 'users'))
  if (!channel) throw new ApiError('user_not_found')
  return { channel: args.return_im === true || args.return_im === 'true' ? wireChannel(channel) : { id: channel.id } }
}

export const conversationsInfo: Method = (backend, args) => {
  limit(backend, 'conversations.info')
  const channel = backend.directory.channel(required(args, 'channel'))
  if (!channel) throw new ApiError('channel_not_found')
  const granted = backend.directory.workspace.scopes
  const needed = channel.person !== undefined ? undefined : channel.isPrivate ? 'groups:read' : 'channels:read'
  if (needed !== undefined && granted?.includes(needed) === false) throw new ApiError('missing_scope')
  // Whoever is not in a private channel does not see that it exists.
  if (channel.isPrivate && !channel.isMember) throw new ApiError('channel_not_found')
  return { channel: wireChannel(channel) }
}

function wireUser({ teamId, deactivated, profiles }: Workspace, { id, name, email }: User): JsonObject {
  const realName = name.charAt(0).toUpperCase() + name.slice(1)
  return {
    id,
    team_id: teamId,
    name,
    real_name: realName,
    deleted: deactivated?.has(name) === true || deactivated?.has(id) === true,
    is_email_confirmed: true,
    is_bot: false,
    tz: 'Europe/Berlin',
    tz_offset: 3_600,
    profile: { real_name: realName, display_name: name, email },
    ...profiles?.[name],
  }
}

function wireChannel({ id, name, isMember, isPrivate, person }: Channel): JsonObject {
  if (person !== undefined) return { id, is_im: true, user: person, is_open: true }
  return { id, name, is_channel: true, is_im: false, is_private: isPrivate, is_archived: false, is_member: isMember }
}
