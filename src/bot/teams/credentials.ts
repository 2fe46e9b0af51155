import { ClientSecretCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity'
import { ServiceClientCredentialsFactory } from 'botframework-connector'
import { isTrusted, type TeamsSettings } from './settings.ts'

const botFramework = 'https://api.botframework.com/.default'

/** Of the app: its secret, or a user-assigned managed identity. Nothing while authentication is off. */
export function teamsCredential(settings: TeamsSettings): TokenCredential | undefined {
  const { appId, appPassword, tenantId = '', isAuthenticated, authorityHost } = settings
  if (!isAuthenticated) return undefined
  if (appPassword === undefined) return new ManagedIdentityCredential({ clientId: appId })
  const own = authorityHost === undefined ? {} : { authorityHost, disableInstanceDiscovery: true }
  return new ClientSecretCredential(tenantId, appId, appPassword, own)
}

/** Gives a token for the Bot Connector to trusted hosts, and to no other. */
export interface Tokens {
  /** The header for this address; nothing while authentication is off. Throws for an address that is not trusted. */
  headerFor(url: string): Promise<string | undefined>
  /** The last header that was given. */
  last(): string | undefined
  /** The next header is asked for anew: the last one was refused. */
  drop(): void
}

export function connectorTokens(settings: TeamsSettings, credential: TokenCredential | undefined): Tokens {
  let isRefused = false
  let last: string | undefined
  return {
    last: () => last,
    async headerFor(url) {
      if (!isTrusted(url, settings))
        throw new Error(`No token is sent to ${URL.canParse(url) ? new URL(url).host : 'no address'}.`)
      if (credential === undefined) return undefined
      // The library keeps tokens until they end; other claims make it ask again.
      const options = isRefused ? { claims: '{"access_token":{"nbf":{"essential":true}}}' } : {}
      isRefused = false
      const { token } = (await credential.getToken(botFramework, options)) ?? {}
      last = `Bearer ${token}`
      return last
    },
    drop() {
      isRefused = true
    },
  }
}

/** The same for the SDK. */
export class ConnectorCredentials extends ServiceClientCredentialsFactory {
  readonly #settings: TeamsSettings
  readonly #tokens: Tokens

  constructor(settings: TeamsSettings, tokens: Tokens) {
    super()
    this.#settings = settings
    this.#tokens = tokens
  }

  async isValidAppId(appId: string): Promise<boolean> {
    return appId === this.#settings.appId
  }

  async isAuthenticationDisabled(): Promise<boolean> {
    return !this.#settings.isAuthenticated
  }

  async createCredentials(): ReturnType<ServiceClientCredentialsFactory['createCredentials']> {
    const tokens = this.#tokens
    return {
      async signRequest(request) {
        const header = await tokens.headerFor(request.url)
        if (header !== undefined) request.headers.set('authorization', header)
        return request
      },
    }
  }
}
