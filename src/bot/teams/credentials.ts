import { ClientSecretCredential, type GetTokenOptions, ManagedIdentityCredential, type TokenCredential } from '@azure/identity'
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
  /** This header was refused: a new one is asked for, once for all who were refused with it. */
  drop(header: string | undefined): void
}

export function connectorTokens(settings: TeamsSettings, credential: TokenCredential | undefined): Tokens {
  let last: string | undefined
  let refused: string | undefined
  let renewal: Promise<string> | undefined
  /** Got in place of one that was refused. The library goes on to return that one until it ends. */
  let renewed: { readonly header: string; readonly until: number } | undefined

  const ask = async (from: TokenCredential, options: GetTokenOptions = {}) => {
    const { token = '', expiresOnTimestamp = 0 } = (await from.getToken(botFramework, options)) ?? {}
    return { header: `Bearer ${token}`, until: expiresOnTimestamp - earlyMs }
  }
  /** Claims make the library ask, and say since when a token has to be. https://learn.microsoft.com/entra/identity-platform/claims-challenge */
  const renew = async (from: TokenCredential): Promise<string> => {
    const value = String(Math.floor(Date.now() / 1_000))
    renewed = await ask(from, { claims: JSON.stringify({ access_token: { nbf: { essential: true, value } } }) })
    return renewed.header
  }
  const current = async (from: TokenCredential): Promise<string> => {
    if (renewal !== undefined) return await renewal
    return renewed !== undefined && renewed.until > Date.now() ? renewed.header : (await ask(from)).header
  }
  return {
    last: () => last,
    async headerFor(url) {
      if (!isTrusted(url, settings))
        throw new Error(`No token is sent to ${URL.canParse(url) ? new URL(url).host : 'no address'}.`)
      if (credential === undefined) return undefined
      last = await current(credential)
      return last
    },
    drop(header) {
      if (credential === undefined || header === refused) return
      refused = header
      renewal = renew(credential).finally(() => {
        renewal = undefined
      })
      renewal.catch(() => undefined)
    },
  }
}

/** How long before its end a token is renewed, in milliseconds. */
const earlyMs = 5 * 60_000

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
