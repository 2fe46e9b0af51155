import type { JsonObject } from '../json.ts'
import { ApiError, RateLimited } from './api-error.ts'
import * as chat from './chat.ts'
import * as files from './files.ts'
import type { Answer, Backend, Method } from './method.ts'
import * as people from './people.ts'
import * as views from './views.ts'

/** The methods of the Web API that exist here. Everything else is an `unknown_method`. */
export const methods: Readonly<Record<string, Method>> = {
  'apps.connections.open': people.connectionsOpen,
  'auth.test': people.authTest,
  'bots.info': people.botsInfo,
  'chat.delete': chat.remove,
  'chat.getPermalink': chat.getPermalink,
  'chat.postEphemeral': chat.postEphemeral,
  'chat.postMessage': chat.postMessage,
  'chat.update': chat.update,
  'conversations.info': people.conversationsInfo,
  'conversations.open': people.conversationsOpen,
  'files.completeUploadExternal': files.completeUpload,
  'files.getUploadURLExternal': files.getUploadUrl,
  'usergroups.users.list': people.groupMembers,
  'users.info': people.usersInfo,
  'users.lookupByEmail': people.lookupByEmail,
  'views.open': views.open,
  'views.publish': views.publish,
  'views.push': views.push,
  'views.update': views.update,
}

/** What the app must have been granted to call a method; where there are several, it depends on the channel. Source: each method's reference page. */
export const scopes: Readonly<Record<string, readonly string[]>> = {
  'bots.info': ['users:read'],
  'chat.delete': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'users.lookupByEmail': ['users:read.email'],
}

/** Refusals come with HTTP status 200, except 429. */
export function callMethod(backend: Backend, name: string, token: string | undefined, args: JsonObject): Answer {
  try {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method) throw new ApiError('unknown_method')
    if (token === undefined) throw new ApiError('not_authed')
    const { appToken, botToken } = backend.directory.workspace
    if (token !== (name === 'apps.connections.open' ? appToken : botToken)) throw new ApiError('invalid_auth')
    const needed = scopes[name]
    const granted = backend.directory.workspace.scopes
    if (granted !== undefined && needed?.some((scope) => granted.includes(scope)) === false) throw new ApiError('missing_scope')
    return { status: 200, headers: scopeHeaders(backend, name), body: { ok: true, ...method(backend, args) } }
  } catch (error) {
    return refusal(error)
  }
}

/** Slack tells with every answer what the token may do. Source: https://docs.slack.dev/authentication/installing-with-oauth#scopes */
function scopeHeaders({ directory }: Backend, name: string): Record<string, string> {
  const granted = directory.workspace.scopes ?? ['commands', ...new Set(Object.values(scopes).flat())]
  return {
    'x-oauth-scopes': name === 'apps.connections.open' ? 'connections:write' : granted.join(','),
    'x-accepted-oauth-scopes': scopes[name]?.join(',') ?? '',
  }
}

function refusal(error: unknown): Answer {
  if (error instanceof RateLimited) {
    const headers = { 'retry-after': String(error.retryAfterSeconds) }
    return { status: 429, headers, body: { ok: false, error: 'ratelimited' } }
  }
  if (!(error instanceof ApiError)) throw error
  const { code, problems } = error
  const details = problems.length > 0 ? { errors: problems, response_metadata: { messages: problems } } : {}
  return { status: 200, body: { ok: false, error: code, ...details } }
}
