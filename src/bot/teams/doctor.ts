import { AuthenticationConstants } from 'botframework-connector'
import { type Checkup, type CheckupPart, type CheckupResult, fail, ok, unchecked, warn } from '../../domain/checkup.ts'
import { TerminalError } from '../../domain/errors.ts'
import { createAuthenticator } from './authentication.ts'
import { createConnector } from './connector.ts'
import { ConnectorCredentials, connectorTokens, teamsCredential } from './credentials.ts'
import { createGraph } from './graph.ts'
import { type TeamsSettings, usualServiceUrl } from './settings.ts'

/** What the doctor asks of Teams, of the tenant's authority and of Microsoft Graph. Every call only reads. */

export interface TeamsDoctorOptions {
  readonly settings: TeamsSettings
  readonly channels: readonly { readonly id: string; readonly name: string }[]
  /** Entra ids of groups that policies name. */
  readonly groups: readonly string[]
  /** Where Teams serves a conversation, as it last said; undefined where nobody knows. */
  readonly serviceUrlOf: (conversation: string) => Promise<string | undefined>
}

const owner = 'Whoever manages the Teams app:'
/** Reading waits for no turn. */
const noTurns = { take: async () => 0, pause: async () => undefined }

export function teamsPart({ settings, channels, groups, serviceUrlOf }: TeamsDoctorOptions): CheckupPart {
  const credential = teamsCredential(settings)
  const tokens = connectorTokens(settings, credential)
  const authenticator = createAuthenticator(settings, new ConnectorCredentials(settings, tokens))
  const connector = createConnector({
    appId: settings.appId,
    ...(settings.tenantId !== undefined && { tenantId: settings.tenantId }),
    authenticator,
    tokens,
    turns: noTurns,
  })
  const base = settings.serviceUrl ?? usualServiceUrl
  const keysUrl = settings.openIdUrl ?? AuthenticationConstants.ToBotFromChannelOpenIdMetadataUrl

  const ofChannel = async ({ id, name }: { readonly id: string; readonly name: string }): Promise<CheckupResult> => {
    try {
      await connector.members({ serviceUrl: (await serviceUrlOf(id).catch(() => undefined)) ?? base, conversation: id })
      return ok('teams-channel', `the app is in ${name}`)
    } catch (error) {
      if (!(error instanceof TerminalError)) return unchecked(`The channel ${name} (${id})`, error)
      const remedy =
        error.code === 'place-unreachable' ? 'Whoever keeps the configuration file:' : 'Whoever owns the team or chat:'
      return fail('teams-not-in-channel', `The app cannot reach ${name} (${id}): ${error.message}`, `${remedy} ${error.remedy}`)
    }
  }
  const ofGroup = async (id: string): Promise<CheckupResult> => {
    const graph =
      credential === undefined ? undefined : createGraph(settings.graphUrl ?? 'https://graph.microsoft.com/v1.0', credential)
    try {
      const members = await graph?.membersOf(id)
      if (members?.length === 0)
        return warn(
          'teams-group-empty',
          `Microsoft Graph names no member of the group ${id}.`,
          'Whoever keeps the configuration file: check the group’s id. Or whoever administers Entra adds its members.',
        )
      return ok('teams-group', `Microsoft Graph names the members of the group ${id}`)
    } catch (error) {
      if (!(error instanceof TerminalError)) return unchecked(`The group ${id}`, error)
      if (error.code === 'place-unreachable')
        return fail(
          'teams-group-unknown',
          `Microsoft Graph does not know the group ${id}: nobody can approve or ask as its member.`,
          `Whoever keeps the configuration file: check the id in teams-group:${id}.`,
        )
      return fail(
        'teams-graph-refuses',
        `Microsoft Graph does not name the members of the group ${id}: ${error.message}`,
        'Whoever administers Entra: grant the app the application permissions GroupMember.Read.All and User.ReadBasic.All.',
      )
    }
  }
  const checkup = (name: string, run: Checkup['run']): Checkup => ({ group: 'Teams', name, run })
  return {
    checkups: [
      checkup('the credentials of the Teams app', async () => {
        try {
          await tokens.headerFor(base)
        } catch {
          return [
            fail(
              'teams-credentials',
              'The tenant gives the bot no token: app id, secret and tenant do not belong together, the secret has ended, or the authority cannot be reached.',
              `${owner} check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID; make a new client secret where it has ended.`,
            ),
          ]
        }
        const results = await Promise.all([...channels.map(ofChannel), ...groups.map(ofGroup)])
        return [
          ok('teams-credentials', credential === undefined ? 'authentication is off' : 'the tenant gives the bot a token'),
          ...results,
        ]
      }),
      checkup('the keys by which Teams signs', async (signal) => {
        const response = await fetch(keysUrl, { signal }).catch(() => undefined)
        await response?.body?.cancel()
        if (response?.ok === true) return [ok('teams-keys', 'the keys by which Teams signs can be read')]
        return [
          fail(
            'teams-keys-unreachable',
            'The keys by which Teams signs cannot be read, so that every message of Teams would be refused.',
            `Whoever runs the network of this machine: let it reach ${new URL(keysUrl).host}.`,
          ),
        ]
      }),
    ],
    clocks: [
      {
        source: 'Teams',
        async difference(signal) {
          const response = await fetch(keysUrl, { signal })
          await response.body?.cancel()
          const theirs = Date.parse(response.headers.get('date') ?? '')
          return Number.isNaN(theirs) ? undefined : { source: 'Teams', aheadMs: Date.now() - theirs }
        },
      },
    ],
    close: async () => undefined,
  }
}
