import type { Backend } from '../api/method.ts'
import type { User } from '../directory.ts'
import type { JsonObject } from '../json.ts'
import type { EnvelopeType } from '../socket/connections.ts'
import type { Exchange, Forge, RawRequest } from './deliver.ts'
import { send, signedForm, signedJson } from './deliver.ts'
import { sendEnvelope } from './envelope.ts'

/** What all that people do in Slack has in common. */
export interface Desk {
  readonly backend: Backend
  /** Over Socket Mode where there is none. */
  readonly requestUrl: string | undefined
  /** Everything that was sent to the bot, oldest first. */
  readonly requests: RawRequest[]
}

export interface Options {
  /** Sends the request as somebody else would; then Slack shows nothing of what comes back. */
  readonly forge?: Forge
}

export const verificationToken = 'sandbox-verification-token'

export function person(desk: Desk, nameOrId: string): User {
  const user = desk.backend.directory.user(nameOrId)
  if (!user) throw new Error(`${nameOrId} is nobody in this workspace`)
  return user
}

/** The fields of every interaction payload. */
export function interaction(desk: Desk, user: User, { forge = {} }: Options): JsonObject {
  const { teamId, appId } = desk.backend.directory.workspace
  const team = forge.teamId ?? teamId
  return {
    user: { id: forge.userId ?? user.id, username: user.name, name: user.name, team_id: team },
    api_app_id: forge.appId ?? appId,
    token: verificationToken,
    team: { id: team, domain: 'acme' },
    enterprise: null,
    is_enterprise_install: false,
    ...forge.fields,
  }
}

export async function sendPayload(
  desk: Desk,
  what: string,
  user: User,
  payload: JsonObject,
  options: Options,
): Promise<Exchange> {
  const { requestUrl } = desk
  if (requestUrl === undefined) return await overSocket(desk, what, user, { type: 'interactive', payload }, options)
  const raw = signedForm({ payload: JSON.stringify(payload) }, signing(desk, requestUrl, options))
  return await deliver(desk, what, user, raw, options)
}

export async function sendForm(
  desk: Desk,
  what: string,
  user: User,
  fields: Readonly<Record<string, string>>,
  options: Options,
): Promise<Exchange> {
  const { requestUrl } = desk
  if (requestUrl === undefined) return await overSocket(desk, what, user, { type: 'slash_commands', payload: fields }, options)
  return await deliver(desk, what, user, signedForm(fields, signing(desk, requestUrl, options)), options)
}

export async function sendEvent(desk: Desk, what: string, user: User, event: JsonObject, options: Options): Promise<Exchange> {
  const { requestUrl } = desk
  if (requestUrl === undefined) return await overSocket(desk, what, user, { type: 'events_api', payload: event }, options)
  return await deliver(desk, what, user, signedJson(event, signing(desk, requestUrl, options)), options)
}

function signing({ backend: { directory, store } }: Desk, url: string, { forge }: Options) {
  return { url, secret: directory.workspace.signingSecret, now: store.now(), forge }
}

async function overSocket(
  desk: Desk,
  what: string,
  user: User,
  { type, payload }: { readonly type: EnvelopeType; readonly payload: JsonObject },
  { forge }: Options,
): Promise<Exchange> {
  const exchange = await sendEnvelope(desk.backend.connections, type, payload)
  if (exchange.error && !forge) desk.backend.store.fail(user.id, what, exchange.error)
  return exchange
}

async function deliver(desk: Desk, what: string, user: User, raw: RawRequest, { forge }: Options): Promise<Exchange> {
  desk.requests.push(raw)
  const exchange = await send(raw)
  if (exchange.error && !forge) desk.backend.store.fail(user.id, what, exchange.error)
  return exchange
}
