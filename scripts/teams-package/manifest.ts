import type { TeamsManifestV1D29 } from '@microsoft/app-manifest'
import { commandList } from '../../src/bot/command/command-list.ts'
import { accentColor } from './icons.ts'

/** What differs from company to company. */
export interface AppOf {
  /** The app (client) id of the bot, which is the id of the app in Teams as well. */
  readonly appId: string
  /** Where the bot is reached, e.g. `privatelink.example.com`. */
  readonly hostName: string
  /** Of the package, e.g. `1.2.3`. */
  readonly version: string
}

/** Longest description of a command in Teams' list. */
const longestDescription = 128

/** App manifest 1.29, the first with slash commands. https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema */
export function manifestOf({ appId, hostName, version }: AppOf): TeamsManifestV1D29.TeamsManifestV1D29 {
  const site = `https://${hostName}`
  return {
    $schema: 'https://developer.microsoft.com/json-schemas/teams/v1.29/MicrosoftTeams.schema.json',
    manifestVersion: '1.29',
    version,
    id: appId,
    developer: { name: 'privatelink-bot', websiteUrl: site, privacyUrl: site, termsOfUseUrl: site },
    name: { short: 'privatelink', full: 'ClickHouse Cloud over Azure Private Link' },
    description: {
      short: 'Connects Azure networks to ClickHouse Cloud privately, with approval.',
      full: 'Plans a private endpoint, its DNS and the lists of ClickHouse Cloud, has the plan approved, carries it out, checks from inside the network that the service answers, and names the cause when it does not.',
    },
    icons: { color: 'color.png', outline: 'outline.png' },
    accentColor,
    bots: [
      {
        botId: appId,
        scopes: ['team', 'personal', 'groupChat'],
        supportsFiles: true,
        supportsTargetedMessages: true,
        commandLists: [
          {
            scopes: ['team', 'personal', 'groupChat'],
            triggers: ['mention', 'slash'],
            commands: commandList.map(({ name, does }) => ({ title: name, description: shortened(does) })),
          },
        ],
      },
    ],
    defaultInstallScope: 'team',
    defaultGroupCapability: { team: 'bot', groupchat: 'bot' },
    validDomains: [],
  }
}

/** The first sentence, if more does not fit. */
function shortened(text: string): string {
  if (text.length <= longestDescription) return text
  const [sentence = text] = text.split(/(?<=[.:])\s/)
  return sentence.length <= longestDescription ? sentence.replace(/:$/, '.') : `${sentence.slice(0, longestDescription - 1)}…`
}
