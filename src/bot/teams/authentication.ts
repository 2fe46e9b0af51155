import { type Activity, ConfigurationBotFrameworkAuthentication } from 'botbuilder'
import {
  type AuthenticateRequestResult,
  AuthenticationConstants,
  AuthenticationError,
  type ClaimsIdentity,
} from 'botframework-connector'
import { z } from 'zod'
import { botIdentity, ConnectorClients } from './connector-clients.ts'
import type { ConnectorCredentials } from './credentials.ts'
import type { TeamsSettings } from './settings.ts'

/** The sender did not prove to be Teams. */
export class NotAuthentic extends Error {
  override readonly name = 'NotAuthentic'
}

export interface Authenticator {
  /** For the adapter. */
  readonly sdk: ConfigurationBotFrameworkAuthentication
  readonly clients: ConnectorClients
  /** Throws `NotAuthentic`, also while Microsoft's keys cannot be read. */
  authenticate(activity: Activity, header: string | undefined): Promise<AuthenticateRequestResult>
}

/** Makes the client for users' tokens once: the bot has no use for it, and the SDK makes one for each activity. */
class Authentication extends ConfigurationBotFrameworkAuthentication {
  #userTokens: ReturnType<ConfigurationBotFrameworkAuthentication['createUserTokenClient']> | undefined

  override createUserTokenClient(identity: ClaimsIdentity) {
    this.#userTokens ??= super.createUserTokenClient(identity)
    return this.#userTokens
  }
}

/** The SDK takes these settings together or not at all. */
const publicCloud = {
  ValidateAuthority: true,
  ToChannelFromBotLoginUrl: AuthenticationConstants.ToChannelFromBotLoginUrl,
  ToChannelFromBotOAuthScope: AuthenticationConstants.ToChannelFromBotOAuthScope,
  ToBotFromChannelTokenIssuer: AuthenticationConstants.ToBotFromChannelTokenIssuer,
  OAuthUrl: AuthenticationConstants.OAuthUrl,
  ToBotFromEmulatorOpenIdMetadataUrl: AuthenticationConstants.ToBotFromEmulatorOpenIdMetadataUrl,
  CallerId: 'urn:botframework:azure',
}

/**
 * The SDK checks signature, audience, issuer, times and the service URL. It would also take tokens of its emulator and of skills, and it answers 500 to some
 * forgeries, so that the kind of the token is looked at before.
 */
export function createAuthenticator(settings: TeamsSettings, credentials: ConnectorCredentials): Authenticator {
  const { appId, tenantId = '', openIdUrl = AuthenticationConstants.ToBotFromChannelOpenIdMetadataUrl } = settings
  const sdk = new Authentication(
    {
      ...publicCloud,
      MicrosoftAppId: appId,
      MicrosoftAppTenantId: tenantId,
      ToBotFromChannelOpenIdMetadataUrl: openIdUrl,
    },
    credentials,
  )
  const clients = new ConnectorClients(sdk.createConnectorFactory(botIdentity(appId)))
  return {
    sdk,
    clients,
    async authenticate(activity, header = '') {
      if (settings.isAuthenticated && !isOfTeams(header)) throw new NotAuthentic('The token is none of Teams.')
      try {
        return { ...(await sdk.authenticateRequest(activity, header)), connectorFactory: clients }
      } catch (error) {
        const why = isUnreachable(error)
          ? `The keys by which Teams signs cannot be read, so no token is accepted: check that the bot reaches ${new URL(openIdUrl).host}.`
          : 'The token was refused.'
        throw new NotAuthentic(why, { cause: error })
      }
    },
  }
}

const headSchema = z.object({ alg: z.literal('RS256') })
/** The SDK believes a token without an end for ever. */
const claimsSchema = z.object({ iss: z.literal(AuthenticationConstants.ToBotFromChannelTokenIssuer), exp: z.number() })

function isOfTeams(header: string): boolean {
  const [, head = '', claims = ''] = /^Bearer ([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(header) ?? []
  return headSchema.safeParse(decoded(head)).success && claimsSchema.safeParse(decoded(claims)).success
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof AuthenticationError) return error.statusCode >= 500
  return error instanceof Error && error.name === 'FetchError'
}
