/** How the bot is known to Teams, and where it finds it. */
export interface TeamsSettings {
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

/** Of the public cloud. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages */
export const usualServiceUrl = 'https://smba.trafficmanager.net/teams/'

const microsofts = [/^smba\.trafficmanager\.net$/, /\.botframework\.com$/, /\.teams\.microsoft\.(com|us)$/]

/** Whether tokens may be sent there. Anybody can have a name below `trafficmanager.net`, so that only Microsoft's own counts. */
export function isTrusted(serviceUrl: string, { isAuthenticated, serviceUrl: configured }: TeamsSettings): boolean {
  if (!isAuthenticated) return URL.canParse(serviceUrl)
  if (!URL.canParse(serviceUrl)) return false
  const url = new URL(serviceUrl)
  if (configured !== undefined && url.origin === new URL(configured).origin) return true
  return url.protocol === 'https:' && microsofts.some((host) => host.test(url.hostname))
}
