import type { webApi } from '@slack/bolt'
import { type Checkup, type CheckupPart, type CheckupResult, fail, ok, skipped, unchecked, warn } from '../../domain/checkup.ts'
import { TerminalError } from '../../domain/errors.ts'
import type { Log } from '../../log.ts'
import { slackClients } from './clients.ts'
import { callSlack, slackErrorCode } from './errors.ts'

/** What the doctor asks of Slack. Every call only reads; the address for a socket that Slack gives is not used, and ends by itself. */

export interface SlackDoctorOptions {
  readonly botToken: string
  readonly appToken?: string
  readonly apiUrl?: string
  /** Ids of channels that the policies name, with the names that the configuration gives them. */
  readonly channels: readonly { readonly id: string; readonly name: string }[]
  /** Ids of groups that policies name. */
  readonly groups: readonly string[]
  /** Whether people are looked for by their email. */
  readonly usesEmails: boolean
  readonly log: Log
}

interface Scope {
  readonly name: string
  /** Completes "Without it …". */
  readonly without: string
  readonly isNeeded: (options: Pick<SlackDoctorOptions, 'groups' | 'usesEmails'>) => boolean
}

const always = () => true

/** The scopes of the manifest. A scope whose lack only takes a comfort away is a warning. */
export const scopes: readonly Scope[] = [
  { name: 'commands', without: 'people cannot type /privatelink', isNeeded: always },
  { name: 'chat:write', without: 'nothing can be posted', isNeeded: always },
  { name: 'im:write', without: 'people who have never written to the bot cannot be told anything', isNeeded: () => false },
  { name: 'files:write', without: 'pictures and Terraform exports are sent as messages', isNeeded: () => false },
  {
    name: 'users:read',
    without: 'only accounts that the configuration lists can approve',
    isNeeded: ({ usesEmails }) => usesEmails,
  },
  { name: 'users:read.email', without: 'people are not found by their email', isNeeded: ({ usesEmails }) => usesEmails },
  {
    name: 'usergroups:read',
    without: 'nobody can approve or ask as a member of a group',
    isNeeded: ({ groups }) => groups.length > 0,
  },
  { name: 'channels:read', without: 'the doctor cannot see whether the bot is in a public channel', isNeeded: () => false },
  { name: 'groups:read', without: 'the doctor cannot see whether the bot is in a private channel', isNeeded: () => false },
]

const owner = 'Whoever manages the Slack app:'
const api = 'https://slack.com/api/'

export function slackPart(options: SlackDoctorOptions): CheckupPart {
  const { botToken, appToken, apiUrl = api, log } = options
  const client = slackClients({ ...options, botToken }, log).interactive
  return {
    checkups: [
      { group: 'Slack', name: 'Slack', run: async () => await ofBot(client, options) },
      ...(appToken === undefined ? [] : [appTokenCheckup(slackClients({ ...options, botToken: appToken }, log).interactive)]),
    ],
    clocks: [
      {
        source: 'Slack',
        async difference(signal) {
          const response = await fetch(apiUrl, { method: 'HEAD', redirect: 'manual', signal })
          const theirs = Date.parse(response.headers.get('date') ?? '')
          return Number.isNaN(theirs) ? undefined : { source: 'Slack', aheadMs: Date.now() - theirs }
        },
      },
    ],
    close: async () => undefined,
  }
}

async function ofBot(client: webApi.WebClient, options: SlackDoctorOptions): Promise<readonly CheckupResult[]> {
  let granted: readonly string[] | undefined
  let results: readonly CheckupResult[]
  try {
    const me = await callSlack(() => client.auth.test())
    granted = me.response_metadata?.scopes
    results = [ok('slack-token', `the bot token is accepted: ${me.user} in ${me.team}`)]
  } catch (error) {
    return [refused('slack-token', 'The bot token', error, 'install the app again, and set SLACK_BOT_TOKEN.')]
  }
  const [channels, groups] = await Promise.all([
    Promise.all(options.channels.map((channel) => ofChannel(client, channel, granted))),
    Promise.all(options.groups.map((group) => ofGroup(client, group))),
  ])
  return [...results, ...ofScopes(granted, options), ...channels, ...groups.flat()]
}

/** A refusal of a token. What may pass is thrown. */
function refused(code: string, what: string, error: unknown, remedy: string): CheckupResult {
  if (!(error instanceof TerminalError)) throw error
  return fail(`${code}-refused`, `${what} is refused: ${slackErrorCode(error) ?? error.message}`, `${owner} ${remedy}`)
}

function ofScopes(granted: readonly string[] | undefined, options: SlackDoctorOptions): readonly CheckupResult[] {
  if (granted === undefined) return [skipped('slack-scopes', 'Slack does not say which scopes the token has')]
  const missing = scopes.filter(({ name }) => !granted.includes(name))
  if (missing.length === 0) return [ok('slack-scopes', 'the token has every scope of the manifest')]
  return missing.map(({ name, without, isNeeded }) => {
    const text = `The scope ${name} is missing: ${without}.`
    const remedy = `${owner} add ${name} under OAuth & Permissions, install the app again, and set SLACK_BOT_TOKEN where it changed.`
    return isNeeded(options) ? fail('slack-scope-missing', text, remedy) : warn('slack-scope-missing', text, remedy)
  })
}

/** https://docs.slack.dev/reference/methods/conversations.info */
async function ofChannel(
  client: webApi.WebClient,
  { id, name }: SlackDoctorOptions['channels'][number],
  granted: readonly string[] | undefined,
): Promise<CheckupResult> {
  const invite = `Whoever is in the channel ${name}: invite the bot there with /invite.`
  try {
    const { channel } = await callSlack(() => client.conversations.info({ channel: id }))
    if (channel?.is_archived === true)
      return fail(
        'slack-channel-archived',
        `The channel ${name} (${id}) is archived.`,
        'Whoever may: unarchive it. Or whoever keeps the configuration file: name another channel in it.',
      )
    if (channel?.is_member === true || channel?.is_im === true) return ok('slack-channel', `the bot is in ${name} (${id})`)
    return fail(
      'slack-not-in-channel',
      `The bot is not in the channel ${name} (${id}): approval cannot be asked for there.`,
      invite,
    )
  } catch (error) {
    const code = slackErrorCode(error)
    if (code === 'missing_scope')
      return skipped('slack-channel', `${name} (${id}): without its scope nobody can see whether the bot is in it`)
    if (code !== 'channel_not_found') return unchecked(`The channel ${name} (${id})`, error)
    const unseen = granted?.includes('groups:read') === false ? ', or is private and the scope groups:read is missing' : ''
    return fail(
      'slack-channel-not-found',
      `Slack shows the bot no channel ${name} (${id}): it does not exist, or is private and the bot is not in it${unseen}.`,
      `Whoever keeps the configuration file: check the id ${id}. ${invite}`,
    )
  }
}

/** A scope that is missing is told with the scopes. https://docs.slack.dev/reference/methods/usergroups.users.list */
async function ofGroup(client: webApi.WebClient, id: string): Promise<readonly CheckupResult[]> {
  try {
    const { users = [] } = await callSlack(() => client.usergroups.users.list({ usergroup: id }))
    return [ok('slack-group', `the group ${id} has ${users.length} ${users.length === 1 ? 'member' : 'members'}`)]
  } catch (error) {
    const code = slackErrorCode(error)
    if (code === 'missing_scope') return []
    if (!(error instanceof TerminalError) || code === undefined) return [unchecked(`The group ${id}`, error)]
    const text = `Slack does not know the group ${id} (${code}): nobody can approve or ask as its member.`
    return [fail('slack-group-unknown', text, `Whoever keeps the configuration file: check the id in slack-group:${id}.`)]
  }
}

/** https://docs.slack.dev/reference/methods/apps.connections.open */
function appTokenCheckup(client: webApi.WebClient): Checkup {
  return {
    group: 'Slack',
    name: 'the app token',
    async run() {
      try {
        await callSlack(() => client.apps.connections.open({}))
        return [ok('slack-app-token', 'the app token opens a socket')]
      } catch (error) {
        const remedy = 'make an app-level token with the scope connections:write, turn Socket Mode on, and set SLACK_APP_TOKEN.'
        return [refused('slack-app-token', 'The app token', error, remedy)]
      }
    },
  }
}
