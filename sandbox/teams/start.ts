import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Authority } from '../certificates.ts'
import { type Until, waiter } from '../until.ts'
import type { World } from '../world.ts'
import type { Backend } from './api/backend.ts'
import { ConnectorError } from './api/connector-error.ts'
import { AccessTokens } from './auth/access-tokens.ts'
import { identityHeader } from './auth/authority.ts'
import { createSigning } from './auth/signing.ts'
import { Directory, type Tenant } from './directory.ts'
import { createDriver, type TeamsDriver } from './driver/driver.ts'
import { RateLimits } from './rates.ts'
import { cardIn, renderCard } from './render.ts'
import { createTeamsServer } from './server.ts'
import { Store, type TeamsDialog, type TeamsMessage } from './store.ts'

export interface TeamsSandbox {
  /** For `TEAMS_SERVICE_URL`, `TEAMS_OPENID_URL`, `TEAMS_GRAPH_URL` and `AZURE_AUTHORITY_HOST`. */
  readonly serviceUrl: string
  readonly openIdUrl: string
  readonly graphUrl: string
  readonly authorityHost: string
  readonly directory: Directory
  readonly store: Store
  readonly until: Until<Store>
  /** The environment in which a bot finds all this. */
  readonly environment: Readonly<Record<string, string>>
  /** In place of the secret: the bot is a user-assigned managed identity of the machine. */
  readonly identityEnvironment: Readonly<Record<string, string>>
  /** People at the other end; `botUrl` is where the bot listens, e.g. `http://127.0.0.1:3000`. */
  driver(botUrl: string): TeamsDriver
  /** As a person reads it: what everybody sees, or this person's own view. */
  render(shown: TeamsMessage | TeamsDialog, user?: string): string
  /** The dialog that this person sees now. */
  dialogOf(user: string): TeamsDialog | undefined
  /** Refuses the next calls of the connector for which `isMeant` says so. */
  fail(
    error: { readonly status: number; readonly code: string; readonly headers?: Readonly<Record<string, string>> },
    times?: number,
    isMeant?: (call: { readonly method: string; readonly path: string }) => boolean,
  ): void
  /** Loses the answers of calls of the connector for which `isMeant` says so: they have had their effect. */
  lose(isMeant: (call: { readonly method: string; readonly path: string }) => boolean): void
  /** Every access token handed out so far is refused from now on. */
  expireTokens(): void
  /** How many access tokens for the connector were handed out. */
  tokensGiven(): number
  close(): Promise<void>
}

/**
 * Teams as a bot meets it: the Bot Connector, the tenant's token authority, the keys by which Teams signs, and Microsoft Graph. Without an authority for
 * certificates it speaks HTTP and asks for no tokens, as Microsoft's Agents Playground does.
 */
export async function startTeams(
  tenant: Tenant,
  { authority, world, now = Date.now }: { readonly authority?: Authority; readonly world?: World; readonly now?: () => number },
): Promise<TeamsSandbox> {
  const directory = new Directory(tenant)
  const store = new Store(now)
  const tokens = new AccessTokens(authority !== undefined)
  const faults: { error: ConnectorError; left: number; isMeant: (call: { method: string; path: string }) => boolean }[] = []
  let isLost = (_call: { method: string; path: string }): boolean => false
  let origin = ''
  const backend: Backend = {
    directory,
    store,
    limits: new RateLimits(now),
    tokens,
    signing: await createSigning(),
    faults: {
      next(call) {
        const due = faults.find(({ left, isMeant }) => left > 0 && isMeant(call))
        if (due !== undefined) due.left -= 1
        return due?.error
      },
      loses: (call) => isLost(call),
    },
    origin: () => origin,
  }
  const server = createTeamsServer(backend, await authority?.issue({ names: ['127.0.0.1', 'localhost'] }), world)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `${authority === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`

  const render = (shown: TeamsMessage | TeamsDialog, user?: string): string => {
    if (!('activity' in shown)) return [shown.title, renderCard(shown.card)].join('\n')
    const own = user === undefined ? undefined : shown.views.get(directory.user(user)?.objectId ?? '')
    const card = own ?? cardIn(shown.activity)
    return card === undefined ? String(shown.activity.text ?? shown.activity.summary ?? '') : renderCard(card)
  }
  const report = () =>
    [
      ...store.messages.slice(-6).map((message) => `${directory.nameOf(message.by)}: ${render(message)}`),
      ...store.notices.slice(-3).map(({ user, text }) => `only ${directory.nameOf(user)} sees: ${text}`),
      ...store.failures.slice(-3).map((failure) => JSON.stringify(failure)),
    ].join('\n---\n')
  const until = waiter<Store>(store, 'Teams', report)
  const urls = {
    serviceUrl: `${origin}/teams/`,
    openIdUrl: `${origin}/openid/.well-known/openidconfiguration`,
    graphUrl: `${origin}/graph/v1.0`,
    authorityHost: origin,
  }
  return {
    ...urls,
    directory,
    store,
    until,
    environment:
      authority === undefined
        ? { TEAMS_AUTH: 'disabled' }
        : {
            TEAMS_APP_ID: tenant.appId,
            TEAMS_APP_PASSWORD: tenant.appPassword,
            TEAMS_TENANT_ID: tenant.tenantId,
            TEAMS_SERVICE_URL: urls.serviceUrl,
            TEAMS_OPENID_URL: urls.openIdUrl,
            TEAMS_GRAPH_URL: urls.graphUrl,
            AZURE_AUTHORITY_HOST: urls.authorityHost,
          },
    identityEnvironment: { TEAMS_APP_PASSWORD: '', IDENTITY_ENDPOINT: `${origin}/msi/token`, IDENTITY_HEADER: identityHeader },
    driver: (botUrl) => createDriver(backend, { botUrl: `${botUrl}/api/messages`, until }),
    render,
    dialogOf: (user) => store.dialogs.findLast((each) => each.open && each.user === directory.user(user)?.objectId),
    fail({ status, code, headers }, times = 1, isMeant = () => true) {
      faults.push({ error: new ConnectorError(status, code, code, headers), left: times, isMeant })
    },
    lose(isMeant) {
      isLost = isMeant
    },
    expireTokens: () => tokens.expire(),
    tokensGiven: () => tokens.givenFor('https://api.botframework.com'),
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
