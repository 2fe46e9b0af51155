import { ApiError } from '../api/api-error.ts'
import { readContent } from '../content.ts'
import type { Channel, User } from '../directory.ts'
import type { JsonObject } from '../json.ts'
import { isObject, parseJson } from '../json.ts'
import { escapeText } from '../mrkdwn.ts'
import type { Exchange } from './deliver.ts'
import type { Desk, Options } from './person.ts'
import { person, sendForm, verificationToken } from './person.ts'

export interface CommandOptions extends Options {
  /** Name or id, or `dm` for the direct message with the bot. Otherwise the last channel of the workspace. */
  readonly channel?: string
  /** `/privatelink` unless told. */
  readonly command?: string
}

/** Types a slash command. What the bot answers at once is shown to the person. */
export async function command(desk: Desk, who: string, text: string, options: CommandOptions = {}): Promise<Exchange> {
  const { directory, tickets, origin } = desk.backend
  const { forge = {}, command: name = '/privatelink' } = options
  const user = person(desk, who)
  const channel = channelOf(desk, user, options.channel)
  const responseUrl = tickets.lend(directory.workspace.teamId, { user: user.id, channel: channel.id, original: undefined })
  const fields = {
    token: verificationToken,
    team_id: forge.teamId ?? directory.workspace.teamId,
    team_domain: 'acme',
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: forge.userId ?? user.id,
    user_name: user.name,
    command: name,
    text: escapeText(text).trim(),
    api_app_id: forge.appId ?? directory.workspace.appId,
    is_enterprise_install: 'false',
    response_url: `${origin()}${responseUrl}`,
    trigger_id: tickets.trigger(user.id),
    ...forge.fields,
  }
  const sent = Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const what = `${name} ${text}`.trim()
  const exchange = await sendForm(desk, what, user, sent, options)
  if (!exchange.error && !options.forge) showAnswer(desk, user, channel, what, exchange)
  return exchange
}

function channelOf({ backend: { directory } }: Desk, user: User, wanted: string | undefined): Channel {
  const name = wanted ?? Object.keys(directory.workspace.channels).at(-1) ?? 'dm'
  const id = directory.workspace.channels[name] ?? name
  const channel = name === 'dm' ? directory.directMessage(user.id) : directory.channel(id)
  if (!channel) throw new Error(`there is no channel ${name}`)
  return channel
}

/** The body of the answer is a message: text, or JSON with text and blocks. */
function showAnswer(
  { backend: { store, directory } }: Desk,
  user: User,
  channel: Channel,
  what: string,
  exchange: Exchange,
): void {
  const { body, contentType } = exchange
  if (body.trim() === '') return
  const parsed = contentType.startsWith('application/json') ? parseJson(body) : undefined
  const message: JsonObject = isObject(parsed) ? parsed : { text: body }
  try {
    const content = readContent(message, 40_000)
    if (message.response_type === 'in_channel') store.post({ channel: channel.id, user: directory.workspace.botUserId }, content)
    else store.whisper({ channel: channel.id, user: user.id, via: 'answer' }, content)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    store.fail(user.id, what, [error.code, ...error.problems].join(' '))
  }
}
