import type { Activity, ChannelAccount } from 'botbuilder'
import type { ConnectorClient } from 'botframework-connector'
import { inTurn } from '../chat/in-turn.ts'
import type { Authenticator } from './authentication.ts'
import type { Tokens } from './credentials.ts'
import { refusalOf, translated } from './errors.ts'
import { conversationKey, type TeamsTurns } from './rates.ts'

/** A conversation, and where Teams serves it. */
export interface Where {
  readonly serviceUrl: string
  readonly conversation: string
}

export interface Sent {
  readonly conversation: string
  readonly activity: string
}

/** Somebody in a conversation. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context */
export interface Member {
  readonly id: string
  readonly name: string
  readonly objectId?: string
  readonly email?: string
  /** Of another tenant. */
  readonly isGuest: boolean
}

/** The Bot Connector. Messages wait for their turn; all failures are `RetryableError` or `TerminalError`, as `translated` says. */
export interface Connector {
  /** Whether Teams refuses the bot's token, as of the last call: the secret has ended or was changed. */
  isRefused(): boolean
  send(where: Where, activity: Partial<Activity>): Promise<Sent>
  update(where: Where, activityId: string, activity: Partial<Activity>, yields?: boolean): Promise<void>
  /** Begins a thread in a channel. */
  begin(where: Where, activity: Partial<Activity>): Promise<Sent>
  /** The conversation with one person, by their id in Teams. */
  personal(serviceUrl: string, person: string): Promise<string>
  /** In a channel or group chat, shown to this person alone. */
  sendPrivately(where: Where, person: { readonly id: string; readonly name: string }, activity: Partial<Activity>): Promise<void>
  /** By an id in Teams or an Entra object id; nothing where they are not in the conversation. */
  member(where: Where, id: string): Promise<Member | undefined>
  members(where: Where): Promise<readonly Member[]>
}

export interface ConnectorOptions {
  readonly appId: string
  readonly tenantId?: string
  readonly authenticator: Authenticator
  readonly tokens: Tokens
  readonly turns: TeamsTurns
}

/** The SDK calls the token of the first page required. */
type PageOptions = NonNullable<Parameters<ConnectorClient['conversations']['getConversationPagedMembers']>[1]>

/** For one call, in milliseconds. */
const patienceMs = 10_000

/** More members of a conversation are not listed: pages of 500, as Teams gives them at most. */
const mostPages = 20

export function createConnector({ appId, tenantId, authenticator, tokens, turns }: ConnectorOptions): Connector {
  const bot = { id: `28:${appId}`, name: '' }

  /** A token that is refused is asked for anew, once. */
  const call = async <T>(
    what: 'post' | 'update' | 'read',
    serviceUrl: string,
    action: (client: ConnectorClient) => Promise<T>,
  ) => {
    const before = tokens.last()
    try {
      const result = await action(await authenticator.clients.create(serviceUrl))
      isRefused = false
      return result
    } catch (error) {
      if (refusalOf(error)?.status !== 401) throw translated(error, what)
    }
    // Another call may have got a new one meanwhile.
    if (before === undefined || tokens.last() === before) tokens.drop(tokens.last())
    try {
      const result = await action(await authenticator.clients.create(serviceUrl))
      isRefused = false
      return result
    } catch (error) {
      if (refusalOf(error)?.status === 401) isRefused = true
      throw translated(error, what)
    }
  }
  const options = { timeout: patienceMs }
  let isRefused = false

  return {
    isRefused: () => isRefused,
    async send({ serviceUrl, conversation }, activity) {
      const { id } = await inTurn(turns, conversationKey(conversation), () =>
        call('post', serviceUrl, ({ conversations }) => conversations.sendToConversation(conversation, activity, options)),
      )
      return { conversation, activity: id }
    },
    async update({ serviceUrl, conversation }, activityId, activity, yields) {
      const updating = () =>
        call('update', serviceUrl, ({ conversations }) =>
          conversations.updateActivity(conversation, activityId, { ...activity, id: activityId }, options),
        )
      await inTurn(turns, conversationKey(conversation), updating, yields)
    },
    async begin({ serviceUrl, conversation }, activity) {
      const parameters = { isGroup: true, bot, channelData: { channel: { id: conversation } }, activity: activity as Activity }
      const { id, activityId } = await inTurn(turns, conversationKey(conversation), () =>
        call('post', serviceUrl, ({ conversations }) => conversations.createConversation(parameters, options)),
      )
      return { conversation: id, activity: activityId }
    },
    async personal(serviceUrl, person) {
      const parameters = {
        isGroup: false,
        bot,
        members: [{ id: person, name: '' }],
        ...(tenantId !== undefined && { tenantId, channelData: { tenant: { id: tenantId } } }),
      }
      const { id } = await call('post', serviceUrl, ({ conversations }) =>
        conversations.createConversation(parameters as Parameters<typeof conversations.createConversation>[0], options),
      )
      return id
    },
    async sendPrivately({ serviceUrl, conversation }, person, activity) {
      const url = new URL(
        `v3/conversations/${encodeURIComponent(conversation)}/activities?isTargetedActivity=true`,
        serviceUrl.endsWith('/') ? serviceUrl : `${serviceUrl}/`,
      )
      await inTurn(turns, conversationKey(conversation), () =>
        call('post', serviceUrl, () => postJson(url, tokens, { ...activity, recipient: { ...person, isTargeted: true } })),
      )
    },
    async member({ serviceUrl, conversation }, id) {
      try {
        return memberOf(
          await call('read', serviceUrl, ({ conversations }) => conversations.getConversationMember(conversation, id, options)),
        )
      } catch (error) {
        if (Reflect.get(Object(error), 'code') === 'place-unreachable') return undefined
        throw error
      }
    },
    async members({ serviceUrl, conversation }) {
      const found: Member[] = []
      let continuationToken: string | undefined
      for (let turn = 0; turn < mostPages; turn++) {
        const page = { pageSize: 500, ...(continuationToken !== undefined && { continuationToken }) }
        const answer = await call('read', serviceUrl, ({ conversations }) =>
          conversations.getConversationPagedMembers(conversation, page as PageOptions),
        )
        found.push(...answer.members.map(memberOf))
        continuationToken = answer.continuationToken
        if (!continuationToken) break
      }
      return found
    },
  }
}

function memberOf(account: ChannelAccount): Member {
  const text = (name: string): string | undefined => {
    const value: unknown = Reflect.get(account, name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const objectId = account.aadObjectId ?? text('objectId')
  const userName = text('userPrincipalName')
  const email = text('email') ?? userName
  const isGuest = text('userRole') === 'guest' || userName?.includes('#EXT#') === true
  return {
    id: account.id,
    name: account.name,
    isGuest,
    ...(objectId !== undefined && { objectId }),
    ...(email !== undefined && { email }),
  }
}

/** The SDK cannot send the query that makes a message private, nor the flag of its recipient. */
async function postJson(url: URL, tokens: Tokens, body: object): Promise<void> {
  const header = await tokens.headerFor(url.href)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(header !== undefined && { authorization: header }) },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  })
  const bodyAsText = await response.text()
  if (response.ok) return
  const refusal = { statusCode: response.status, response: { bodyAsText, headers: response.headers } }
  throw Object.assign(new Error('Teams refused.'), refusal)
}
