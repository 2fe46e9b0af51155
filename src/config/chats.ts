import { isIPv4 } from 'node:net'
import { z } from 'zod'
import type { Variables } from './environment.ts'

export interface SlackConfig {
  readonly botToken: string
  readonly signingSecret: string
  /** With it, Socket Mode. */
  readonly appToken?: string
  readonly apiUrl?: string
}

export interface TeamsConfig {
  readonly appId: string
  /** Without one, the bot is a user-assigned managed identity whose client id is `appId`. */
  readonly appPassword?: string
  /** The one tenant whose people are served; absent only while authentication is off. */
  readonly tenantId?: string
  /** Off only where the bot listens on loopback: then nobody's tokens are asked for, and none are sent. */
  readonly isAuthenticated: boolean
  /** The OpenID metadata document by whose keys Teams signs; Microsoft's where absent. */
  readonly openIdUrl?: string
  /** Where messages go before any activity has named a service URL; trusted like Microsoft's. */
  readonly serviceUrl?: string
  /** Microsoft Graph; `https://graph.microsoft.com/v1.0` where absent. */
  readonly graphUrl?: string
  /** An authority for tokens that is none of Microsoft's. */
  readonly authorityHost?: string
}

/** Secrets of the chats. */
export const chatSecrets = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN', 'TEAMS_APP_PASSWORD']

const slackSchema = z.object({
  SLACK_BOT_TOKEN: z.string('is not set; the bot token of the Slack app (xoxb-…)'),
  SLACK_SIGNING_SECRET: z.string('is not set; the signing secret of the Slack app'),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_API_URL: z.url('must be a URL').optional(),
})

const teamsSchema = z.object({
  TEAMS_APP_ID: z.guid('must be the app (client) id of the bot, a UUID').optional(),
  TEAMS_APP_PASSWORD: z.string().optional(),
  TEAMS_TENANT_ID: z.guid('must be the id of the Entra tenant, a UUID').optional(),
  TEAMS_AUTH: z.enum(['enabled', 'disabled'], 'must be "enabled" or "disabled"').default('enabled'),
  TEAMS_OPENID_URL: z.url('must be a URL').optional(),
  TEAMS_SERVICE_URL: z.url('must be a URL').optional(),
  TEAMS_GRAPH_URL: z.url('must be a URL').optional(),
  AZURE_AUTHORITY_HOST: z.url('must be a URL').optional(),
})

/** The chats that the environment configures, and a problem when that is none. `host` is where the bot listens. */
export function chatsIn(
  variables: Variables,
  host: string | undefined,
): {
  readonly slack?: SlackConfig | undefined
  readonly teams?: TeamsConfig | undefined
  readonly served: readonly ('slack' | 'teams')[]
} {
  const servesTeams = ['TEAMS_APP_ID', 'TEAMS_APP_PASSWORD', 'TEAMS_TENANT_ID', 'TEAMS_AUTH'].some(variables.isSet)
  const servesSlack = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'].some(variables.isSet)
  if (!servesTeams && !servesSlack)
    variables.problems.push(
      'no chat is configured: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET for Slack, TEAMS_APP_ID and TEAMS_TENANT_ID for Teams, or both',
    )
  return {
    slack: servesSlack ? slackConfig(variables) : undefined,
    teams: servesTeams ? teamsConfig(variables, host) : undefined,
    served: [...(servesSlack ? (['slack'] as const) : []), ...(servesTeams ? (['teams'] as const) : [])],
  }
}

function slackConfig(variables: Variables): SlackConfig | undefined {
  const values = variables.read(slackSchema)
  return (
    values && {
      botToken: values.SLACK_BOT_TOKEN,
      signingSecret: values.SLACK_SIGNING_SECRET,
      ...(values.SLACK_APP_TOKEN !== undefined && { appToken: values.SLACK_APP_TOKEN }),
      ...(values.SLACK_API_URL !== undefined && { apiUrl: values.SLACK_API_URL }),
    }
  )
}

/** Without an app id the SDK checks nobody's token, so that this has to be asked for, and is taken only where nobody else can connect. */
function teamsConfig(variables: Variables, host: string | undefined): TeamsConfig | undefined {
  const values = variables.read(teamsSchema)
  if (values === undefined) return undefined
  const { problems } = variables
  const isAuthenticated = values.TEAMS_AUTH === 'enabled'
  if (!isAuthenticated && !isLoopback(host))
    problems.push('TEAMS_AUTH "disabled" is taken only while HOST is a loopback address, e.g. 127.0.0.1')
  if (isAuthenticated && values.TEAMS_APP_ID === undefined)
    problems.push('TEAMS_APP_ID is not set; the app (client) id of the bot, without which nobody could be told from a forger')
  if (isAuthenticated && values.TEAMS_TENANT_ID === undefined)
    problems.push('TEAMS_TENANT_ID is not set; the id of the Entra tenant whose people are served')
  return {
    appId: values.TEAMS_APP_ID ?? '',
    isAuthenticated,
    ...(values.TEAMS_APP_PASSWORD !== undefined && { appPassword: values.TEAMS_APP_PASSWORD }),
    ...(values.TEAMS_TENANT_ID !== undefined && { tenantId: values.TEAMS_TENANT_ID }),
    ...(values.TEAMS_OPENID_URL !== undefined && { openIdUrl: values.TEAMS_OPENID_URL }),
    ...(values.TEAMS_SERVICE_URL !== undefined && { serviceUrl: values.TEAMS_SERVICE_URL }),
    ...(values.TEAMS_GRAPH_URL !== undefined && { graphUrl: values.TEAMS_GRAPH_URL }),
    ...(values.AZURE_AUTHORITY_HOST !== undefined && { authorityHost: values.AZURE_AUTHORITY_HOST }),
  }
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && (host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.')))
}
