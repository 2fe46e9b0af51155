import type { Backend } from '../api/method.ts'
import type { User } from '../directory.ts'
import type { JsonObject } from '../json.ts'
import type { Exchange, Forge, RawRequest } from './deliver.ts'
import { send, signedForm, signedJson } from './deliver.ts'

/** What all that people do in Slack has in common. */
export interface Desk {
  readonly backend: Backend
  readonly requestUrl: string
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

export function sendPayload(desk: Desk, what: string, user: User, payload: JsonObject, options: Options): Promise<Exchange> {
  return sendForm(desk, what, user, { payload: JSON.stringify(payload) }, options)
}

export function sendForm(
  desk: Desk,
  what: string,
  user: User,
  fields: Readonly<Record<string, string>>,
  { forge }: Options,
): Promise<Exchange> {
  return deliver(desk, what, user, signedForm(fields, signing(desk, forge)), forge)
}

export function sendEvent(desk: Desk, what: string, user: User, event: JsonObject, { forge }: Options): Promise<Exchange> {
  return deliver(desk, what, user, signedJson(event, signing(desk, forge)), forge)
}

function signing({ backend: { directory, store }, requestUrl }: Desk, forge: Forge | undefined) {
  return { url: requestUrl, secret: directory.workspace.signingSecret, now: store.now(), forge }
}

async function deliver(desk: Desk, what: string, user: User, raw: RawRequest, forge: Forge | undefined): Promise<Exchange> {
  desk.requests.push(raw)
  const exchange = await send(raw)
  if (exchange.error && !forge) desk.backend.store.fail(user.id, what, exchange.error)
  return exchange
}
