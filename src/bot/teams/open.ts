import type { Person, Place } from '../../domain/person.ts'
import type { Log } from '../../log.ts'
import type { Connection } from '../../redis/connection.ts'
import { redisOfferedFiles } from '../../redis/offered-files.ts'
import { redisPace } from '../../redis/pace.ts'
import { redisSeen } from '../../redis/records.ts'
import { redisTeamsReferences } from '../../redis/teams-references.ts'
import type { ChatMetrics } from '../chat/chat-metrics.ts'
import type { ServedChat } from '../chat/served-chat.ts'
import { TeamsAdapter } from './adapter.ts'
import { createAuthenticator } from './authentication.ts'
import { createConnector } from './connector.ts'
import { ConnectorCredentials, connectorTokens, teamsCredential } from './credentials.ts'
import { createGraph } from './graph.ts'
import { rememberSeconds } from './guard.ts'
import { teamsPeople } from './people.ts'
import { conversationRates } from './rates.ts'
import { createReceiver } from './receiver.ts'
import { type TeamsSettings, usualServiceUrl } from './settings.ts'
import { createTeamsSurface } from './surface.ts'

interface Shared {
  readonly redis: Connection
  readonly people: readonly Person[]
  /** Where approval is asked for. */
  readonly places: readonly Place[]
  /** Begins to read a request that will be asked for in a moment. */
  readAhead(request: string): void
  readonly metrics: ChatMetrics
  readonly log: Log
}

/** Teams over the Bot Connector. Asks Teams nothing before it is spoken to. */
export function openTeams(settings: TeamsSettings, { redis, people, places, readAhead, metrics, log }: Shared): ServedChat {
  // The SDK writes what it refuses to the console, which is no log of ours.
  console.error = (...parts: unknown[]) =>
    log.debug(parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' '))
  const credential = teamsCredential(settings)
  const tokens = connectorTokens(settings, credential)
  const authenticator = createAuthenticator(settings, new ConnectorCredentials(settings, tokens))
  const references = redisTeamsReferences(redis)
  const connector = createConnector({
    appId: settings.appId,
    ...(settings.tenantId !== undefined && { tenantId: settings.tenantId }),
    authenticator,
    tokens,
    turns: redisPace(redis, { name: 'teams', rates: conversationRates }, log),
  })
  const known = teamsPeople({
    people,
    references,
    connector,
    graph:
      credential === undefined ? undefined : createGraph(settings.graphUrl ?? 'https://graph.microsoft.com/v1.0', credential),
    async channels() {
      const ids = [...new Set(places.filter(({ surface }) => surface === 'teams').map(({ id }) => id))]
      return await Promise.all(
        ids.map(async (conversation) => ({
          conversation,
          serviceUrl: (await references.serviceUrl(conversation)) ?? settings.serviceUrl ?? usualServiceUrl,
        })),
      )
    },
  })
  const surface = createTeamsSurface({
    settings,
    connector,
    references,
    files: redisOfferedFiles(redis),
    people: known,
    seen: redisSeen(redis, { name: 'teams', seconds: rememberSeconds }),
    readAhead,
    metrics,
    log,
  })
  const adapter = new TeamsAdapter(authenticator.sdk)
  const serve = createReceiver({ settings, authenticator, adapter, metrics, log, turn: (activity) => surface.turn(activity) })
  return {
    surface,
    problem: () => (connector.isRefused() ? 'refuses the credentials of the bot' : undefined),
    routes: {
      'POST /api/messages': serve,
      'HEAD /api/messages': (_request, response) => void response.writeHead(200).end(),
    },
  }
}
